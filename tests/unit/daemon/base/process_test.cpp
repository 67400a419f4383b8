// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/process.h"

#include <gtest/gtest.h>

#include <unistd.h>

namespace bgs2 {
namespace {

TEST(UnitOf, IsTheServiceOfTheControlGroup) {
    EXPECT_EQ(unit_of("/system.slice/gprs.service"), "gprs.service");
    EXPECT_EQ(unit_of("/system.slice/system-getty.slice/getty@tty1.service"), "getty@tty1.service");
    EXPECT_EQ(unit_of("/system.slice/gprs.service/main"), "gprs.service");
}

TEST(UnitOf, IsTheServiceThatRunsAContainerNotOneInTheContainer) {
    EXPECT_EQ(unit_of("/system.slice/box.service/payload/system.slice/gprs.service"), "box.service");
    EXPECT_EQ(unit_of("/machine.slice/machine-box.scope/payload/system.slice/gprs.service"), "");
}

TEST(UnitOf, IsEmptyOutsideOfServices) {
    EXPECT_EQ(unit_of("/"), "");
    EXPECT_EQ(unit_of("/system.slice"), "");
    EXPECT_EQ(unit_of("/user.slice/user-1000.slice/user@1000.service/app.slice/term.service"), "");
}

TEST(IsRunning, DistinguishesThisProcessFromNone) {
    EXPECT_TRUE(is_running(::getpid()));
    EXPECT_FALSE(is_running(0));
}

} // namespace
} // namespace bgs2
