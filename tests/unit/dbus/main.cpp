// SPDX-License-Identifier: Apache-2.0
#include "daemon/pki/secret.h"

#include <gmock/gmock.h>

int main(int argc, char** argv) {
    bgs2::pki::set_up_secure_heap();
    testing::InitGoogleMock(&argc, argv);
    return RUN_ALL_TESTS();
}
