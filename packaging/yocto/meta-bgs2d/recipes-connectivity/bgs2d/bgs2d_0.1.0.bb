# SPDX-License-Identifier: Apache-2.0
SUMMARY = "Provisions Cinterion BGS2 modems with TLS certificates"
DESCRIPTION = "A systemd service that writes certificates and private keys to Cinterion BGS2 modems as policies \
require, with a D-Bus interface, and bgs2ctl, its command line."
HOMEPAGE = "https://bgs2d.example"
SECTION = "console/network"
LICENSE = "Apache-2.0"
LIC_FILES_CHKSUM = "file://LICENSE;md5=3b83ef96387f14655fc854ddc3c6bd57"

# packaging/set-hash writes the hash of a release. Zeros: there is no release of this version.
SRC_URI = "https://bgs2d.example/releases/bgs2d-${PV}.tar.gz \
           file://run-ptest"
SRC_URI[sha256sum] = "0000000000000000000000000000000000000000000000000000000000000000"

inherit cmake pkgconfig systemd useradd ptest features_check

REQUIRED_DISTRO_FEATURES = "systemd"

DEPENDS = "asio cli11 fmt nlohmann-json openssl sdbus-c++ sdbus-c++-tools-native sqlite3 systemd tomlplusplus"

PACKAGECONFIG ??= "pkcs11 ${@bb.utils.contains('PTEST_ENABLED', '1', 'sim', '', d)}"
PACKAGECONFIG[pkcs11] = "-DBGS2_PKCS11=ON,-DBGS2_PKCS11=OFF,p11-kit,,p11-kit"
PACKAGECONFIG[man] = "-DBGS2_MAN=ON,-DBGS2_MAN=OFF,scdoc-native libxslt-native"
PACKAGECONFIG[completions] = "-DBGS2_COMPLETIONS=ON,-DBGS2_COMPLETIONS=OFF"
PACKAGECONFIG[sim] = "-DBGS2_SIM=ON,-DBGS2_SIM=OFF"

EXTRA_OECMAKE = "-DBGS2_TESTS=OFF \
                 -DCMAKE_INSTALL_SYSCONFDIR=${sysconfdir} \
                 -DCMAKE_UNITY_BUILD=ON \
                 -DCMAKE_UNITY_BUILD_BATCH_SIZE=10 \
                 -DBGS2_ZSH_DIR=${datadir}/zsh/site-functions \
                 -DSDBUS_XML2CPP=${STAGING_BINDIR_NATIVE}/sdbus-c++-xml2cpp"

USERADD_PACKAGES = "${PN}"
USERADD_PARAM:${PN} = "--system --user-group --home-dir /var/lib/bgs2d --no-create-home --shell /sbin/nologin bgs2d"

# Hardware or a call on the bus starts the service.
SYSTEMD_SERVICE:${PN} = "bgs2d.service"
SYSTEMD_AUTO_ENABLE = "disable"

do_install:append() {
    # As tmpfiles.d/bgs2d.conf does at boot.
    chown root:bgs2d ${D}${sysconfdir}/bgs2d
    chmod 0750 ${D}${sysconfdir}/bgs2d
}

PACKAGES =+ "${PN}-sim ${PN}-completions"
FILES:${PN}-sim = "${bindir}/bgs2sim"
FILES:${PN}-completions = "${datadir}/bash-completion ${datadir}/fish ${datadir}/zsh"
FILES:${PN} += "${datadir}/dbus-1 \
                ${datadir}/polkit-1 \
                ${nonarch_libdir}/systemd/catalog \
                ${nonarch_libdir}/sysusers.d \
                ${nonarch_libdir}/tmpfiles.d \
                ${nonarch_libdir}/udev/rules.d"
CONFFILES:${PN} = "${sysconfdir}/bgs2d/bgs2d.toml"

# Opened where they are needed and linked by nothing: SQLite for the history; PACKAGECONFIG recommends p11-kit.
RDEPENDS:${PN} += "dbus udev"
RRECOMMENDS:${PN} += "libsqlite3"
RDEPENDS:${PN}-ptest += "${PN}-sim dbus openssl-bin systemd"
