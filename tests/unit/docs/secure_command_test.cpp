// docs/secure-command.md shows what the program prints, and what a module says.
#include "daemon/sbnw/result.h"
#include "tests/support/process.h"
#include "tests/unit/cli/program.h"
#include "tests/unit/docs/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <memory>
#include <optional>
#include <poll.h>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <termios.h>
#include <unistd.h>
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
    [[nodiscard]] std::string shown(const std::string& command) const {
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
                    found += line + "\n" + shown(line.substr(2));
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

TEST_F(SecureCommandPage, ShowsWhatTheProgramPrints) {
    run_commands();
}

/// A program's end of a serial line.
class Line {
  public:
    explicit Line(const std::string& path)
      : descriptor_(::open(path.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC)) {
        termios settings{};
        if (descriptor_ < 0 || ::tcgetattr(descriptor_, &settings) != 0)
            throw std::runtime_error("can not open " + path);
        ::cfmakeraw(&settings);
        ::tcsetattr(descriptor_, TCSANOW, &settings);
    }
    Line(const Line&) = delete;
    Line& operator=(const Line&) = delete;
    Line(Line&&) = delete;
    Line& operator=(Line&&) = delete;
    ~Line() { ::close(descriptor_); }

    void send(std::string_view octets) const {
        while (!octets.empty()) {
            const ssize_t count = ::write(descriptor_, octets.data(), octets.size());
            if (count <= 0)
                throw std::runtime_error("the line is dead");
            octets.remove_prefix(static_cast<std::size_t>(count));
        }
    }

    /// Whether just this comes next.
    bool hears(const std::string& wanted) {
        fill([&] { return heard_.size() >= wanted.size(); });
        const bool same = heard_.starts_with(wanted);
        if (same)
            heard_.erase(0, wanted.size());
        return same;
    }

    /// Passes over all that comes before this.
    void skip_to(const std::string& text) {
        fill([&] { return heard_.contains(text); });
        heard_.erase(0, heard_.find(text));
    }

    [[nodiscard]] const std::string& heard() const { return heard_; }

  private:
    template<class Condition>
    void fill(const Condition& enough) {
        const auto deadline = Clock::now() + 20s;
        while (!enough() && Clock::now() < deadline) {
            pollfd waiting{.fd = descriptor_, .events = POLLIN, .revents = 0};
            ::poll(&waiting, 1, 100);
            std::array<char, 4096> buffer{};
            if ((waiting.revents & POLLIN) == 0)
                continue;
            const ssize_t count = ::read(descriptor_, buffer.data(), buffer.size());
            if (count <= 0)
                break;
            heard_.append(buffer.data(), static_cast<std::size_t>(count));
        }
    }

    int descriptor_;
    std::string heard_;
};

/// "AT\r" as the page writes it, with a CR for the "\r".
std::string unescaped(std::string text) {
    for (const auto& [written, octet] : {std::pair("\\r", "\r"), std::pair("\\n", "\n")}) {
        for (auto at = text.find(written); at != std::string::npos; at = text.find(written))
            text.replace(at, 2, octet);
    }
    return text;
}

TEST_F(SecureCommandPage, ShowsAConversationThatAModuleHolds) {
    run_commands(); // which make the frames
    const std::string link = folder_.path("modem");
    const Process modem({BGS2SIM, "--pty", link}, {.environment = {}, .output = folder_.path("modem.out")});
    const auto deadline = Clock::now() + 20s;
    while (!std::filesystem::exists(link) && Clock::now() < deadline)
        ::poll(nullptr, 0, 10);
    Line line(link);
    std::size_t sent = 0;
    for (const std::string& block : blocks()) {
        if (!block.starts_with("> "))
            continue;
        const std::vector<std::string> turns = lines(block);
        for (std::size_t i = 0; i < turns.size(); ++i) {
            const std::string what = turns[i].substr(2);
            if (turns[i].starts_with("> ")) {
                line.send(what.ends_with(".bin") ? read_whole(folder_.path(what)) : unescaped(what));
                ++sent;
            } else if (what == "...") {
                line.skip_to(unescaped(turns.at(i + 1).substr(2)));
            } else {
                ASSERT_TRUE(line.hears(unescaped(what))) << what << "\nbut it was: " << line.heard();
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
    for (int each = 0; each <= static_cast<int>(sbnw::Result::command_unknown); ++each)
        EXPECT_TRUE(found.contains(static_cast<sbnw::Result>(each))) << each;
}

} // namespace
} // namespace bgs2::test
