################################################################################
#
# bgs2d
#
################################################################################

BGS2D_VERSION = 0.1.0
BGS2D_SITE = https://bgs2d.example/releases
BGS2D_LICENSE = Apache-2.0
BGS2D_LICENSE_FILES = LICENSE
BGS2D_DEPENDENCIES = \
	asio \
	cli11 \
	fmt \
	host-pkgconf \
	host-sdbus-cpp \
	json-for-modern-cpp \
	openssl \
	sdbus-cpp \
	sqlite \
	systemd \
	tomlplusplus
BGS2D_CONF_OPTS = \
	-DBGS2_TESTS=OFF \
	-DBGS2_MAN=OFF \
	-DCMAKE_INSTALL_SYSCONFDIR=/etc \
	-DCMAKE_UNITY_BUILD=ON \
	-DCMAKE_UNITY_BUILD_BATCH_SIZE=10 \
	-DSDBUS_XML2CPP=$(HOST_DIR)/bin/sdbus-c++-xml2cpp

ifeq ($(BR2_PACKAGE_BGS2D_PKCS11),y)
BGS2D_DEPENDENCIES += p11-kit
BGS2D_CONF_OPTS += -DBGS2_PKCS11=ON
else
BGS2D_CONF_OPTS += -DBGS2_PKCS11=OFF
endif

ifeq ($(BR2_PACKAGE_BGS2D_SIM),y)
BGS2D_CONF_OPTS += -DBGS2_SIM=ON
else
BGS2D_CONF_OPTS += -DBGS2_SIM=OFF
endif

ifeq ($(BR2_PACKAGE_BASH_COMPLETION),y)
BGS2D_CONF_OPTS += -DBGS2_COMPLETIONS=ON
else
BGS2D_CONF_OPTS += -DBGS2_COMPLETIONS=OFF
endif

define BGS2D_USERS
	bgs2d -1 bgs2d -1 * /var/lib/bgs2d - - Modem certificate daemon
endef

define BGS2D_PERMISSIONS
	/etc/bgs2d d 750 root bgs2d - - - - -
endef

# Hardware or a call on the bus starts the service; Buildroot would enable it.
define BGS2D_INSTALL_INIT_SYSTEMD
	mkdir -p $(TARGET_DIR)/usr/lib/systemd/system-preset
	echo "disable bgs2d.service" \
		>$(TARGET_DIR)/usr/lib/systemd/system-preset/60-bgs2d.preset
endef

$(eval $(cmake-package))
