// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/container.h"
#include "tests/support/temporary_directory.h"

#include <gtest/gtest.h>

#include <string>

namespace bgs2 {
namespace {

using namespace std::string_literals;

TEST(ContainerManager, IsEmptyOutsideOfContainers) {
    const test::TemporaryDirectory root;
    EXPECT_EQ(container_manager(root.path()), "");
    static_cast<void>(root.write("proc/1/environ", "HOME=/\0TERM=linux\0"s));
    EXPECT_EQ(container_manager(root.path()), "");
}

TEST(ContainerManager, IsNamedByTheEnvironmentOfTheFirstProcess) {
    const test::TemporaryDirectory root;
    static_cast<void>(root.write("proc/1/environ", "HOME=/\0container=lxc\0TERM=linux\0"s));
    EXPECT_EQ(container_manager(root.path()), "lxc");
}

TEST(ContainerManager, IsNamedByFilesThatAnyUserCanRead) {
    for (const char* file : {"run/systemd/container", "run/host/container-manager"}) {
        const test::TemporaryDirectory root;
        static_cast<void>(root.write(file, "systemd-nspawn\n"));
        EXPECT_EQ(container_manager(root.path()), "systemd-nspawn") << file;
    }
}

TEST(ContainerManager, IsKnownByItsMark) {
    const test::TemporaryDirectory root;
    static_cast<void>(root.write(".dockerenv", ""));
    EXPECT_EQ(container_manager(root.path()), "docker");
    static_cast<void>(root.write("run/.containerenv", ""));
    EXPECT_EQ(container_manager(root.path()), "podman");
}

TEST(UsersAreMapped, UnlessTheNamespaceHasAllUsersOfTheKernel) {
    const test::TemporaryDirectory root;
    static_cast<void>(root.write("proc/self/uid_map", "         0          0 4294967295\n"));
    EXPECT_FALSE(users_are_mapped(root.path()));
    static_cast<void>(root.write("proc/self/uid_map", "         0     524288      65536\n"));
    EXPECT_TRUE(users_are_mapped(root.path()));
    static_cast<void>(root.write("proc/self/uid_map", "      1000       1000          1\n"));
    EXPECT_TRUE(users_are_mapped(root.path()));
}

} // namespace
} // namespace bgs2
