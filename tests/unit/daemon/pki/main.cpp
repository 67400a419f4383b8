// SPDX-License-Identifier: Apache-2.0
// The tests run as the daemon does: with the secure heap set up before anything else uses OpenSSL.
#include "daemon/pki/secret.h"

#include <gmock/gmock.h>

int main(int count, char** arguments) {
    bgs2::pki::set_up_secure_heap();
    testing::InitGoogleMock(&count, arguments);
    return RUN_ALL_TESTS();
}
