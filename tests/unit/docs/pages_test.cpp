// SPDX-License-Identifier: Apache-2.0
// Whoever shows the manual pages finds nothing wrong with them.
#include "tests/unit/docs/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace bgs2::test {
namespace {

using testing::IsEmpty;

/// All that it says on standard error.
std::string diagnostics(const std::string& command) {
    const std::unique_ptr<FILE, int (*)(FILE*)> pipe(
        ::popen(("(" + command + ") 2>&1 >/dev/null").c_str(), "r"), ::pclose);
    std::string text;
    std::array<char, 4096> buffer{};
    while (std::fgets(buffer.data(), buffer.size(), pipe.get()) != nullptr)
        text += buffer.data();
    return text;
}

bool is_installed(const std::string& program) {
    return diagnostics("command -v " + program + " || echo no >&2").empty();
}

class Pages : public testing::Test {
  protected:
    void SetUp() override {
        for (const char* name : {"bgs2ctl.1", "bgs2d.toml.5", "bgs2d.policy.5", "bgs2d-ports.7",
                                 "io.bgs2d1.7", "bgs2d.8", "bgs2sim.1"}) {
            files_.push_back(std::string(BGS2_MAN_PAGES "/") + name);
            if (!std::filesystem::exists(files_.back()))
                GTEST_SKIP() << "the manual pages are not built (BGS2_MAN)";
        }
    }
    std::vector<std::string> files_;
};

TEST_F(Pages, AreFormattedByManWithoutAWarning) {
    if (!is_installed("man"))
        GTEST_SKIP() << "there is no man (package man-db)";
    for (const std::string& file : files_)
        EXPECT_THAT(diagnostics("LC_ALL=C.UTF-8 MANWIDTH=80 man --warnings -E UTF-8 -l -Tutf8 -Z " + file),
                    IsEmpty());
}

TEST_F(Pages, AreReadByMandocWithoutAnError) {
    if (!is_installed("mandoc"))
        GTEST_SKIP() << "there is no mandoc";
    // The paragraphs that scdoc begins behind each heading are warned of; no page is the worse for them.
    for (const std::string& file : files_)
        EXPECT_THAT(diagnostics("mandoc -T lint -W error " + file + " >&2"), IsEmpty());
}

/// Examples are copied from a terminal, and that has 80 columns; those of a man page are indented.
TEST_F(Pages, HaveNoExampleWiderThan110Columns) {
    for (const char* name :
         {"bgs2ctl.1", "bgs2d.toml.5", "bgs2d.policy.5", "bgs2d-ports.7", "bgs2d.8", "bgs2sim.1"}) {
        for (const Example& example : read_page(std::string(BGS2_MAN_SOURCES "/") + name + ".scd").examples) {
            for (const std::string& line : lines(example.text))
                EXPECT_LE(line.size(), 110U) << line;
        }
    }
}

} // namespace
} // namespace bgs2::test
