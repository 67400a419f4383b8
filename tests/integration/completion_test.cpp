// SPDX-License-Identifier: Apache-2.0
// Completion with Tab in the real shells.
#include "daemon/base/immovable.h"
#include "tests/integration/certificates.h"
#include "tests/support/bytes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <poll.h>
#include <pty.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/wait.h>
#include <unistd.h>

namespace bgs2::test {
namespace {

using Clock = std::chrono::steady_clock;

/// A shell on its own terminal, with simulated input.
class Shell : Immovable {
  public:
    Shell(std::vector<std::string> command, const std::string& bus_address) {
        winsize size{.ws_row = 50, .ws_col = 200, .ws_xpixel = 0, .ws_ypixel = 0};
        child_ = forkpty(&terminal_, nullptr, nullptr, &size);
        if (child_ < 0)
            throw std::runtime_error("no terminal");
        if (child_ == 0) {
            const std::string path = std::filesystem::path(BGS2CTL).parent_path().string() + ":/usr/bin:/bin";
            ::setenv("PATH", path.c_str(), 1);
            ::setenv("DBUS_SYSTEM_BUS_ADDRESS", bus_address.c_str(), 1);
            ::setenv("TERM", "dumb", 1);
            ::setenv("PS1", "ready> ", 1);
            std::vector<char*> pointers;
            for (std::string& word : command)
                pointers.push_back(word.data());
            pointers.push_back(nullptr);
            ::execvp(pointers[0], pointers.data());
            ::_exit(127);
        }
    }
    ~Shell() {
        ::kill(child_, SIGKILL);
        ::waitpid(child_, nullptr, 0);
        ::close(terminal_);
    }

    void type(std::string_view text) const {
        if (::write(terminal_, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
            throw std::runtime_error("the shell is gone");
    }

    /// Waits for this text in the output since the last successful call; false: timeout.
    bool shows(std::string_view text) {
        const auto deadline = Clock::now() + std::chrono::seconds(20);
        while (Clock::now() < deadline) {
            if (const auto found = seen_.find(text); found != std::string::npos) {
                seen_.erase(0, found + text.size());
                return true;
            }
            pollfd waiting{.fd = terminal_, .events = POLLIN, .revents = 0};
            ::poll(&waiting, 1, 100);
            std::array<char, 4096> buffer{};
            if ((waiting.revents & POLLIN) == 0)
                continue;
            const ssize_t size = ::read(terminal_, buffer.data(), buffer.size());
            if (size <= 0)
                break;
            seen_.append(buffer.data(), static_cast<std::size_t>(size));
        }
        return false;
    }

    [[nodiscard]] const std::string& seen() const { return seen_; }

  private:
    int terminal_ = -1;
    pid_t child_ = -1;
    std::string seen_;
};

class Completion : public testing::Test {
  protected:
    void SetUp() override {
        gateway_.write_policy("10-ca", ca_policy(gateway_));
        gateway_.start();
        gateway_.plug("modem");
        ASSERT_TRUE(gateway_.becomes("compliant")) << gateway_.log();
        gateway_.write("frame.bin", "");
    }

    /// Types the line, presses Tab, and expects the rest of it to appear.
    static void expect(Shell& shell, const std::string& line, const std::string& rest) {
        shell.type(line);
        EXPECT_TRUE(shell.shows(line)) << line << ": " << shell.seen();
        shell.type("\t");
        EXPECT_TRUE(shell.shows(rest)) << line << ": " << shell.seen();
        shell.type("\x15"); // clears the line
    }

    void expect_all(Shell& shell) {
        expect(shell, "bgs2ctl prov", "ision");
        expect(shell, "bgs2ctl show 35", "6938035643809");
        expect(shell, "bgs2ctl provision --dry", "-run");
        expect(shell, "bgs2ctl frame encode --format pem", "-chain");
        expect(shell, "bgs2ctl frame decode " + gateway_.path("frame"), ".bin");
    }

    Gateway gateway_;
};

TEST_F(Completion, WorksInBash) {
    const std::string rc = gateway_.write("rc", "source " BGS2_COMPLETIONS "/bgs2ctl.bash\nPS1='ready> '\n");
    Shell shell({"bash", "--noprofile", "--rcfile", rc, "-i"}, gateway_.bus_address());
    ASSERT_TRUE(shell.shows("ready> ")) << shell.seen();
    expect_all(shell);
}

TEST_F(Completion, WorksInZsh) {
    Shell shell({"zsh", "-f", "-i"}, gateway_.bus_address());
    shell.type(
        "PS1='re''ady> '; fpath=(" BGS2_COMPLETIONS
        " $fpath); autoload -Uz compinit; compinit -u -D; bindkey -e; zstyle ':completion:*' menu no\n");
    ASSERT_TRUE(shell.shows("ready> ")) << shell.seen();
    expect_all(shell);
}

TEST_F(Completion, WorksInFish) {
    // fish completes a line without a terminal; on a terminal, its suggestions overlap the input.
    const auto completions = [&](const std::string& line) {
        const std::string script = "source " BGS2_COMPLETIONS "/bgs2ctl.fish; complete -C '" + line + "'";
        const std::string path = std::filesystem::path(BGS2CTL).parent_path().string() + ":/usr/bin:/bin";
        Process fish({"fish", "--no-config", "-c", script},
                     {.environment = {"PATH=" + path, "HOME=" + gateway_.path(""),
                                      "DBUS_SYSTEM_BUS_ADDRESS=" + gateway_.bus_address()},
                      .output = gateway_.path("fish.output")});
        EXPECT_EQ(fish.wait(std::chrono::seconds(20)), 0);
        std::string all(as_text(read_whole(gateway_.path("fish.output"))));
        std::filesystem::remove(gateway_.path("fish.output"));
        return all;
    };
    using testing::HasSubstr;
    EXPECT_THAT(completions("bgs2ctl prov"),
                HasSubstr("provision\tApply the policy to a modem; --dry-run: show the steps\n"));
    EXPECT_THAT(completions("bgs2ctl show 35"),
                HasSubstr("356938035643809\tBGS2-W on " + gateway_.path("modem") + ", compliant\n"));
    EXPECT_THAT(completions("bgs2ctl provision --slot "), HasSubstr("10\tempty\n"));
    gateway_.ask("Refresh");
    EXPECT_THAT(completions("bgs2ctl cancel "), HasSubstr("2\trefresh of 356938035643809, "));
    EXPECT_THAT(completions("bgs2ctl provision --dry"), HasSubstr("--dry-run\t"));
    EXPECT_THAT(completions("bgs2ctl frame decode " + gateway_.path("fra")),
                HasSubstr(gateway_.path("frame.bin")));
}

} // namespace
} // namespace bgs2::test
