// SPDX-License-Identifier: Apache-2.0
// Runs the tests, or skips all of them if no machine image exists.
#include "tests/vm/machine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

int main(int argc, char** argv) {
    ::testing::InitGoogleMock(&argc, argv);
    if (!GTEST_FLAG_GET(list_tests) && !bgs2::test::Machine::is_saved()) {
        std::puts("SKIPPED: there is no saved machine; vm.image and vm.boot make one, or tell why not");
        return EXIT_SUCCESS;
    }
    return RUN_ALL_TESTS();
}
