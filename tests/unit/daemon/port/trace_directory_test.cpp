// SPDX-License-Identifier: Apache-2.0
#include "daemon/port/trace_directory.h"
#include "tests/support/temporary_directory.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace bgs2 {
namespace {

namespace fs = std::filesystem;

class TraceDirectoryTest : public testing::Test {
  protected:
    static void record(at::Tap& tap, std::string_view line) {
        const at::Extent all{.offset = 0, .size = line.size()};
        tap.said({.bytes = as_bytes(line), .offset = 0, .total = line.size(), .shown = {&all, 1}});
    }

    std::vector<fs::path> files() const {
        return {fs::directory_iterator(folder_.path()), fs::directory_iterator()};
    }

    static std::string contents(const fs::path& file) {
        std::ifstream stream(file, std::ios::binary);
        return {std::istreambuf_iterator(stream), {}};
    }

    test::TemporaryDirectory folder_;
    std::vector<std::string> log_;
    TraceDirectory traces_{folder_.path(), Log([this](LogLevel, std::string_view message,
                                                      const LogFields&) { log_.emplace_back(message); },
                                               LogLevel::debug)};
};

TEST_F(TraceDirectoryTest, CreatesAFileForEachConversation) {
    const auto first = traces_.begin("/dev/ttyUSB0");
    const auto second = traces_.begin("/dev/ttyUSB0");
    const auto odd = traces_.begin("/dev/../.tty %s\n");
    EXPECT_TRUE(first && second && odd);
    EXPECT_EQ(files().size(), 3U);
    EXPECT_TRUE(log_.empty());
}

TEST_F(TraceDirectoryTest, EndsAFileAtTheSizeLimit) {
    auto tap = traces_.begin("/dev/ttyUSB0");
    const std::string line(1000, 'x');
    for (std::size_t i = 0; i < TraceDirectory::largest_file / line.size() + 10; ++i)
        record(*tap, line);
    tap.reset();
    const std::string trace = contents(files().front());
    EXPECT_LE(trace.size(), TraceDirectory::largest_file);
    EXPECT_GT(trace.size(), TraceDirectory::largest_file - 2000);
    EXPECT_TRUE(trace.ends_with("\n# full: the rest of the conversation was not recorded\n"));
    EXPECT_TRUE(log_.empty());
}

TEST_F(TraceDirectoryTest, CreatesNoFileBeyondTheLimit) {
    for (std::size_t i = 1; i < TraceDirectory::most_files; ++i)
        std::ofstream(folder_.path() / (std::to_string(i) + ".trace"));
    EXPECT_NE(traces_.begin("/dev/ttyUSB0"), nullptr);
    EXPECT_EQ(traces_.begin("/dev/ttyUSB0"), nullptr);
    EXPECT_EQ(traces_.begin("/dev/ttyUSB0"), nullptr);
    EXPECT_EQ(files().size(), TraceDirectory::most_files);
    ASSERT_EQ(log_.size(), 1U);
    EXPECT_NE(log_.front().find("1000 files"), std::string::npos) << log_.front();
}

TEST_F(TraceDirectoryTest, LogsAMissingDirectoryOnce) {
    auto tap = traces_.begin("/dev/ttyUSB0");
    fs::remove_all(folder_.path());
    record(*tap, "AT\r");
    EXPECT_EQ(traces_.begin("/dev/ttyUSB0"), nullptr);
    EXPECT_EQ(traces_.begin("/dev/ttyUSB0"), nullptr);
    EXPECT_EQ(log_.size(), 1U);
}

} // namespace
} // namespace bgs2
