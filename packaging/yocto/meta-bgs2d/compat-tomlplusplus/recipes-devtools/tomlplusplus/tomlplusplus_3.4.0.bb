# SPDX-License-Identifier: Apache-2.0
SUMMARY = "TOML parser and serializer for C++17"
HOMEPAGE = "https://github.com/marzer/tomlplusplus"
LICENSE = "MIT"
LIC_FILES_CHKSUM = "file://LICENSE;md5=90960f22c10049c117d56ed2ee5ee167"

SRC_URI = "https://github.com/marzer/tomlplusplus/archive/refs/tags/v${PV}.tar.gz;downloadfilename=${BP}.tar.gz"
SRC_URI[sha256sum] = "8517f65938a4faae9ccf8ebb36631a38c1cadfb5efa85d9a72e15b9e97d25155"

inherit cmake

FILES:${PN}-dev += "${datadir}/tomlplusplus"
# Headers only: the main package would be empty.
RDEPENDS:${PN}-dev = ""
