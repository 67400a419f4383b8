// SPDX-License-Identifier: Apache-2.0
#include "daemon/policy/text_file.h"
#include "tests/support/temporary_directory.h"

#include <gtest/gtest.h>

#include <sys/stat.h>

namespace bgs2::policy {
namespace {

TEST(TextFile, IsReadWhole) {
    const test::TemporaryDirectory directory;
    const std::string text(10'000, 'x');
    EXPECT_EQ(read_text_file(directory.write("a", text)), text);
    EXPECT_EQ(read_text_file(directory.write("b", "")), "");
}

TEST(TextFile, IsEmptyIfItIsTheNullDevice) {
    EXPECT_EQ(read_text_file("/dev/null"), "");
}

TEST(TextFile, IsRejectedIfNotARegularFile) {
    const test::TemporaryDirectory directory;
    const auto pipe = directory.path() / "pipe";
    ASSERT_EQ(::mkfifo(pipe.c_str(), S_IRUSR), 0);
    for (const std::filesystem::path& other : {directory.path(), pipe, std::filesystem::path("/dev/zero")}) {
        const auto text = read_text_file(other);
        ASSERT_FALSE(text);
        EXPECT_EQ(text.error(), (Error{ErrorCode::failed, "is not a regular file", ""}));
    }
}

TEST(TextFile, IsReportedAsNotFoundIfMissing) {
    const auto text = read_text_file("/nonexistent/file");
    ASSERT_FALSE(text);
    EXPECT_EQ(text.error(), (Error{ErrorCode::not_found, "cannot open: No such file or directory", ""}));
}

TEST(TextFile, IsRejectedIfTooLarge) {
    const test::TemporaryDirectory directory;
    const std::string text(largest_text_file, 'x');
    EXPECT_EQ(read_text_file(directory.write("a", text)), text);
    const auto file = directory.write("b", text + "x");
    const auto read = read_text_file(file);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error(), (Error{ErrorCode::failed, "is larger than 1048576 bytes", ""}));
}

} // namespace
} // namespace bgs2::policy
