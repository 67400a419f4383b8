// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/uucp_lock_file.h"
#include "tests/support/temporary_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstring>
#include <filesystem>
#include <string>

namespace bgs2 {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(UucpLockFileNames, AreThoseOfAllPathsInDev) {
    EXPECT_THAT(uucp_lock_file_names({.device = "/dev/ttyX1",
                                      .links = {"/dev/serial/by-id/modem", "/dev/modem", "/run/other"},
                                      .properties = {}}),
                ElementsAre("LCK..ttyX1", "LCK..serial_by-id_modem", "LCK..modem"));
    EXPECT_THAT(uucp_lock_file_names({.device = "/run/other", .links = {}, .properties = {}}), IsEmpty());
}

TEST(UucpLockFile, NamesAProcessInAsciiOrInBinary) {
    const test::TemporaryDirectory directory;
    const pid_t process = 4711;
    std::string binary(sizeof process, '\0');
    std::memcpy(binary.data(), &process, sizeof process);
    for (const std::string& text :
         {std::string("      4711\n"), std::string("4711 minicom root\n"), std::string("4711"), binary})
        EXPECT_EQ(read_uucp_lock_file(directory.write("LCK..ttyX1", text)),
                  (UucpLockFile{.process = process, .owner_unknown = false}))
            << testing::PrintToString(text);
}

TEST(UucpLockFile, NamesNoProcessOtherwise) {
    const test::TemporaryDirectory directory;
    for (const std::string& text :
         {std::string("-1\n"), std::string("pppd\n"), std::string(4, '\0'), std::string("0\0\0\xff", 4)})
        EXPECT_EQ(read_uucp_lock_file(directory.write("LCK..ttyX1", text)), UucpLockFile{})
            << testing::PrintToString(text);
    EXPECT_EQ(read_uucp_lock_file(directory.path() / "missing"), std::nullopt);
    EXPECT_EQ(read_uucp_lock_file(directory.path()), std::nullopt) << "a directory";
}

TEST(UucpLockFile, IsBeingCreatedWhileItIsEmptyAndNew) {
    const test::TemporaryDirectory directory;
    const std::filesystem::path file = directory.write("LCK..ttyX1", "");
    EXPECT_EQ(read_uucp_lock_file(file), (UucpLockFile{.process = 0, .owner_unknown = true}));
    std::filesystem::last_write_time(file, std::filesystem::file_time_type::clock::now() - 1min);
    EXPECT_EQ(read_uucp_lock_file(file), UucpLockFile{});
}

} // namespace
} // namespace bgs2
