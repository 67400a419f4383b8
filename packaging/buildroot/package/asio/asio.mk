################################################################################
#
# asio
#
################################################################################

ASIO_VERSION = 1.30.2
ASIO_SOURCE = asio-$(ASIO_VERSION).tar.bz2
ASIO_SITE = https://downloads.sourceforge.net/project/asio/asio/$(ASIO_VERSION)%20(Stable)
ASIO_LICENSE = BSL-1.0
ASIO_LICENSE_FILES = LICENSE_1_0.txt
ASIO_INSTALL_STAGING = YES
ASIO_INSTALL_TARGET = NO

# Headers only: its configure script is for examples and tests.
define ASIO_INSTALL_STAGING_CMDS
	mkdir -p $(STAGING_DIR)/usr/include
	cp -dpfr $(@D)/include/asio.hpp $(@D)/include/asio \
		$(STAGING_DIR)/usr/include
endef

$(eval $(generic-package))
