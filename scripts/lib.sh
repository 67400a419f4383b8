# What the scripts share. Sourced with the repository's top as the working directory.
# shellcheck shell=bash

say() { printf '\n== %s\n' "$*"; }

# The packages of these groups that are not installed, one a line.
missing_packages() {
    local group package
    for group in "$@"; do
        for package in $(sed -n "s/^$group //p" scripts/packages); do
            [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || echo "$package"
        done
    done | sort -u
}

install_packages() {
    local missing
    mapfile -t missing < <(missing_packages "$@")
    ((${#missing[@]})) || return 0
    if ((EUID != 0)); then
        echo "these packages are missing, and only root can install them: ${missing[*]}" >&2
        exit 1
    fi
    say "installing ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    apt-get -qq update
    apt-get -qq install --yes --no-install-recommends "${missing[@]}" >/dev/null
}

# build PRESET TARGET...: configures where that has not been done, and builds.
build() {
    local preset=$1 launcher=()
    shift
    if [[ ! -f build/$preset/build.ninja ]]; then
        if command -v ccache >/dev/null; then launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache); fi
        cmake --preset "$preset" "${launcher[@]}" >/dev/null
    fi
    cmake --build --preset "$preset" ${1:+--target "$@"}
}
