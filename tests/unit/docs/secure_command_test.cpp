// SPDX-License-Identifier: Apache-2.0
// docs/secure-command.md shows what the program prints, and what a module says.
#include "daemon/sbnw/result.h"
#include "tests/support/process.h"
#include "tests/support/program.h"
#include "tests/support/serial_line.h"
#include "tests/unit/docs/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bgs2::test {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

/// What stands between two lines of ```.
std::vector<std::string> blocks() {
    std::vector<std::string> result;
    bool literal = false;
    for (const std::string& line : lines(read_text(BGS2_SOURCES "/docs/secure-command.md"))) {
        if (line == "```") {
            literal = !literal;
            if (literal)
                result.emplace_back();
        } else if (literal) {
            result.back() += line + "\n";
        }
    }
    return result;
}

/// A folder with what the page is about.
class SecureCommandPage : public testing::Test {
  protected:
    SecureCommandPage() {
        for (const auto& file : std::filesystem::directory_iterator(BGS2_SOURCES "/docs/secure-command"))
            std::filesystem::copy_file(file.path(), folder_.path(file.path().filename()));
    }

    /// What a shell in the folder shows for the command.
    [[nodiscard]] std::string shell_output(const std::string& command) const {
        const std::string script = "cd " + folder_.path(".") +
                                   "\nPATH=" + std::filesystem::path(BGS2CTL).parent_path().string() +
                                   ":/usr/bin:/bin\nexec 2>&1\n" + command + "\n";
        const std::string file = folder_.write("script", script);
        const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(("sh " + file).c_str(), "r"), ::pclose);
        std::string text;
        std::array<char, 4096> buffer{};
        while (std::fgets(buffer.data(), buffer.size(), pipe.get()) != nullptr)
            text += buffer.data();
        return text;
    }

    /// All the commands of the page, in their order; what each is to show and what it shows.
    void run_commands() const {
        std::size_t count = 0;
        for (const std::string& block : blocks()) {
            std::string wanted;
            std::string found;
            for (const std::string& line : lines(block)) {
                wanted += line + "\n";
                if (line.starts_with("$ ")) {
                    found += line + "\n" + shell_output(line.substr(2));
                    ++count;
                }
            }
            if (block.starts_with("$ ")) {
                EXPECT_EQ(found, wanted);
            }
        }
        EXPECT_GT(count, 8U);
    }

    Folder folder_;
};

TEST_F(SecureCommandPage, ShowsTheOutputOfTheProgram) {
    run_commands();
}

/// "AT\r" as the page writes it, with a CR for the "\r".
std::string unescaped(std::string text) {
    for (const auto& [written, byte] : {std::pair("\\r", "\r"), std::pair("\\n", "\n")}) {
        for (auto at = text.find(written); at != std::string::npos; at = text.find(written))
            text.replace(at, 2, byte);
    }
    return text;
}

TEST_F(SecureCommandPage, ShowsADialogueThatBgs2simReproduces) {
    run_commands(); // which make the frames
    const std::string link = folder_.path("modem");
    Process modem({BGS2SIM, "--pty", link}, {.environment = {}, .output = folder_.path("modem.out")});
    const auto deadline = Clock::now() + 20s;
    while (!std::filesystem::exists(link) && !modem.wait(10ms))
        ASSERT_LT(Clock::now(), deadline);
    SerialLine line(link);
    std::size_t sent = 0;
    for (const std::string& block : blocks()) {
        if (!block.starts_with("> "))
            continue;
        const std::vector<std::string> turns = lines(block);
        for (std::size_t i = 0; i < turns.size(); ++i) {
            const std::string what = turns[i].substr(2);
            if (turns[i].starts_with("> ")) {
                line.send(what.ends_with(".bin") ? read_text(folder_.path(what)) : unescaped(what));
                ++sent;
            } else if (what == "...") {
                line.skip_to(unescaped(turns.at(i + 1).substr(2)));
            } else {
                ASSERT_TRUE(line.receives(unescaped(what))) << what << "\nbut it was: " << line.received();
            }
        }
    }
    EXPECT_EQ(sent, 7U);
}

TEST_F(SecureCommandPage, HasEveryResultLine) {
    std::set<sbnw::Result> found;
    for (const std::string& row : lines(read_text(BGS2_SOURCES "/docs/secure-command.md"))) {
        if (!row.starts_with("| `"))
            continue;
        const std::string line = row.substr(3, row.find('`', 3) - 3);
        const auto result = sbnw::parse_result(line);
        ASSERT_TRUE(result) << line;
        found.insert(*result);
    }
    for (int each = 0; each <= static_cast<int>(sbnw::Result::temporary); ++each)
        EXPECT_TRUE(found.contains(static_cast<sbnw::Result>(each))) << each;
}

} // namespace
} // namespace bgs2::test
