// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/mount_table.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <string>

namespace bgs2 {
namespace {

using std::filesystem::path;

constexpr const char* mounts_of_a_gateway =
    "26 1 179:2 / / rw,relatime shared:1 - ext4 /dev/root rw\n"
    "27 26 0:5 / /dev rw - devtmpfs devtmpfs rw\n"
    "30 26 0:30 / /mnt/certs rw,relatime shared:7 master:3 propagate_from:2 - nfs4 server:/certs rw,hard\n"
    "31 30 179:3 / /mnt/certs/local rw - ext4 /dev/mmcblk0p3 rw\n"
    "32 26 0:32 / /mnt/a\\040b\\134c rw - fuse.sshfs user@host: rw\n"
    "33 26 0:33 / /net rw - autofs systemd-1 rw\n"
    "34 33 179:4 / /net rw - ext4 /dev/mmcblk0p4 rw\n"
    "35 26 179:5 / /data rw - ext4 /dev/mmcblk0p5 rw\n"
    "36 35 0:36 / /data rw - cifs //server/data rw\n";

class MountTableTest : public testing::Test {
  protected:
    [[nodiscard]] std::optional<path> remote_mount(const char* name) const {
        return table_.remote_mount(name);
    }

  private:
    MountTable table_ = MountTable::parse(mounts_of_a_gateway);
};

TEST_F(MountTableTest, KnowsTheMountPointOfARemotePath) {
    EXPECT_EQ(remote_mount("/mnt/certs/modems/ca.pem"), "/mnt/certs");
    EXPECT_EQ(remote_mount("/mnt/certs"), "/mnt/certs");
}

TEST_F(MountTableTest, KnowsLocalPaths) {
    EXPECT_EQ(remote_mount("/"), std::nullopt);
    EXPECT_EQ(remote_mount("/mnt"), std::nullopt);
    EXPECT_EQ(remote_mount("/dev/ttyS1"), std::nullopt);
    EXPECT_EQ(remote_mount("/etc/bgs2d/policy.d"), std::nullopt);
}

TEST_F(MountTableTest, ComparesWholeNames) {
    EXPECT_EQ(remote_mount("/mnt/certs2/ca.pem"), std::nullopt);
}

TEST_F(MountTableTest, PrefersTheLongestMountPoint) {
    EXPECT_EQ(remote_mount("/mnt/certs/local/ca.pem"), std::nullopt);
}

TEST_F(MountTableTest, DecodesMountPoints) {
    EXPECT_EQ(remote_mount("/mnt/a b\\c/ca.pem"), "/mnt/a b\\c");
}

TEST_F(MountTableTest, PrefersTheLastMountAtAMountPoint) {
    EXPECT_EQ(remote_mount("/net/ca.pem"), std::nullopt);
    EXPECT_EQ(remote_mount("/data/ca.pem"), "/data");
}

TEST(MountTable, IgnoresLinesThatItDoesNotUnderstand) {
    const MountTable table =
        MountTable::parse("\n1 2 3\n26 1 0:1 / /a rw shared:1 -\n26 1 0:1 / /b rw shared:1 nfs x "
                          "rw\n30 26 0:30 / /mnt rw - nfs s:/ rw");
    EXPECT_EQ(table.remote_mount("/a"), std::nullopt);
    EXPECT_EQ(table.remote_mount("/b"), std::nullopt);
    EXPECT_EQ(table.remote_mount("/mnt/ca.pem"), "/mnt");
}

TEST(MountTable, TakesARemoteRootForLocal) {
    const MountTable table =
        MountTable::parse("1 0 0:1 / / rw - nfs s:/ rw\n2 1 0:2 / /mnt rw - nfs s:/ rw\n");
    EXPECT_EQ(table.remote_mount("/etc/ca.pem"), std::nullopt);
    EXPECT_EQ(table.remote_mount("/mnt/ca.pem"), "/mnt");
}

TEST(MountTable, KnowsTypesThatMayHang) {
    for (const char* type : {"nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse", "fuseblk", "fuse.sshfs", "9p",
                             "afs", "ceph", "glusterfs", "lustre", "autofs", "virtiofs"})
        EXPECT_TRUE(is_remote_type(type)) << type;
    for (const char* type : {"ext4", "tmpfs", "ubifs", "squashfs", "overlay", "vfat", "proc", "nfsd", ""})
        EXPECT_FALSE(is_remote_type(type)) << type;
}

TEST(MountTable, ReadsTheMountsOfTheProcess) {
    const auto table = MountTable::load();
    ASSERT_TRUE(table) << to_string(table.error());
    EXPECT_EQ(table->remote_mount("/proc/self"), std::nullopt);
}

} // namespace
} // namespace bgs2
