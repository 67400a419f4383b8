# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Shared by the scripts. Sourced with the top of the repository as the working directory.

say() { printf '\n== %s\n' "$*"; }

# The packages of these groups that are not installed, one a line.
missing_packages() {
    local group package rest
    while read -r group package rest; do
        [[ " $* " == *" $group "* ]] || continue
        # dpkg-query fails for packages that dpkg does not know.
        [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || echo "$package"
    done <scripts/packages | sort -u
}

# install_packages GROUP...: does nothing if all packages are installed.
install_packages() {
    local missing
    mapfile -t missing < <(missing_packages "$@")
    ((${#missing[@]})) || return 0
    if ((EUID != 0)); then
        echo "cannot install missing packages: not root" >&2
        echo "as root, run: apt-get install --no-install-recommends ${missing[*]}" >&2
        exit 1
    fi
    say "installing ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    apt-get -qq update
    apt-get -qq install --yes --no-install-recommends "${missing[@]}" >/dev/null
}

# configure PRESET [OPTION...]: fast if the preset was configured before, and causes no rebuild then.
configure() {
    local preset=$1 launcher=()
    shift
    # Only at first: ninja rebuilds everything if the command lines change.
    if [[ ! -f build/$preset/build.ninja ]] && command -v ccache >/dev/null; then
        launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
    fi
    cmake --preset "$preset" "${launcher[@]}" "$@" >/dev/null
}

# build PRESET [TARGET...]
build() {
    local preset=$1
    shift
    cmake --build --preset "$preset" ${1:+--target "$@"}
}
