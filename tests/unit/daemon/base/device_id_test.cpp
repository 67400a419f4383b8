// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/device_id.h"
#include "tests/support/foreign_pty.h"
#include "tests/support/pty.h"
#include "tests/support/temporary_directory.h"

#include <gtest/gtest.h>

#include <string>
#include <sys/sysmacros.h>

namespace bgs2 {
namespace {

TEST(DeviceId, IsTheSameForAllNodesOfADevice) {
    const test::TemporaryDirectory folder;
    const auto node = folder.path() / "null";
    if (::mknod(node.c_str(), S_IFCHR | S_IRUSR, makedev(1, 3)) != 0)
        GTEST_SKIP() << "SKIPPED: a device node requires root";
    ASSERT_TRUE(device_id("/dev/null"));
    EXPECT_EQ(device_id(node), device_id("/dev/null"));
    EXPECT_NE(device_id(node), device_id("/dev/zero"));
}

TEST(DeviceId, FollowsLinks) {
    const test::TemporaryDirectory folder;
    const test::Pty pty;
    std::filesystem::create_symlink(pty.path(), folder.path() / "modem");
    ASSERT_TRUE(device_id(pty.path()));
    EXPECT_EQ(device_id(folder.path() / "modem"), device_id(pty.path()));
}

TEST(DeviceId, IsThatOfACharacterDevice) {
    EXPECT_EQ(device_id("/"), std::nullopt);
    EXPECT_EQ(device_id("/nonexistent"), std::nullopt);
}

TEST(DeviceId, DistinguishesPtysOfTwoContainers) {
    const test::Pty pty;
    const test::ForeignPty other(pty.path());
    if (!other.is_open())
        GTEST_SKIP() << "SKIPPED: another devpts instance requires root";
    const auto namesake = device_id("/proc/" + std::to_string(other.pid()) + "/root" + pty.path());
    ASSERT_TRUE(namesake);
    EXPECT_EQ(namesake->number, device_id(pty.path())->number);
    EXPECT_NE(namesake, device_id(pty.path()));
}

TEST(PtyId, IsThatOfTheNodeInTheInstance) {
    const test::Pty pty;
    const auto number = static_cast<unsigned>(std::stoul(pty.path().substr(pty.path().rfind('/') + 1)));
    EXPECT_EQ(pty_id("/dev/pts", number), device_id(pty.path()));
}

TEST(PtyId, RequiresAnInstance) {
    EXPECT_EQ(pty_id("/", 0), std::nullopt);
    EXPECT_EQ(pty_id("/nonexistent", 0), std::nullopt);
}

} // namespace
} // namespace bgs2
