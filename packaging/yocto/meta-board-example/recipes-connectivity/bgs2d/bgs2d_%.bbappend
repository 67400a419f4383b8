# SPDX-License-Identifier: Apache-2.0
FILESEXTRAPATHS:prepend := "${THISDIR}/${PN}:"
SRC_URI += "file://bgs2d.toml"

# Since styhead, files are unpacked into UNPACKDIR, which older series do not have.
BGS2D_FILES = "${@d.getVar('UNPACKDIR') or d.getVar('WORKDIR')}"

do_install:append() {
    install -m 0644 ${BGS2D_FILES}/bgs2d.toml ${D}${sysconfdir}/bgs2d/bgs2d.toml
}
