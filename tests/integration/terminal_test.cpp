// SPDX-License-Identifier: Apache-2.0
// bgs2ctl on a terminal: widths, colours, pager, progress, passwords.
#include "cli/terminal/text.h"
#include "tests/integration/certificates.h"
#include "tests/integration/ctl.h"
#include "tests/integration/terminal_session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <sstream>
#include <unistd.h>

namespace bgs2::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using Words = std::vector<std::string>;

/// The texts between line ends, carriage returns and erased lines, without colours.
std::vector<std::string> lines_of(const std::string& output) {
    std::vector<std::string> lines;
    std::string line;
    bool in_escape = false;
    for (const char c : output) {
        const bool is_letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        if (c == '\x1b') {
            in_escape = true;
        } else if (in_escape) {
            in_escape = !is_letter;
        } else if (c != '\r' && c != '\n') {
            line += c;
        } else {
            lines.push_back(line);
            line.clear();
        }
    }
    lines.push_back(line);
    return lines;
}

std::size_t widest(const std::string& output) {
    std::size_t width = 0;
    for (const std::string& line : lines_of(output))
        width = std::max(width, cli::display_width(line));
    return width;
}

class OnATerminal : public testing::Test {
  protected:
    void SetUp() override {
        gateway_.write_policy("10-client", "[provision]\nmode = \"manual\"\n" + client_policy(gateway_));
        gateway_.start();
        gateway_.plug("modem", {"--baud", "9600"});
        ASSERT_TRUE(gateway_.becomes("drifted")) << gateway_.log();
    }

    TerminalSession::Options options(unsigned short columns, Words more = {}) {
        more.push_back("DBUS_SYSTEM_BUS_ADDRESS=" + gateway_.bus_address());
        more.emplace_back("TERM=xterm");
        return {.columns = columns, .rows = 24, .environment = std::move(more)};
    }

    static Words command(const Words& words) {
        Words all{BGS2CTL};
        all.insert(all.end(), words.begin(), words.end());
        return all;
    }

    Gateway gateway_;
};

TEST_F(OnATerminal, NoLineExceedsTheTerminalWidth) {
    ASSERT_EQ(ctl(gateway_, {"provision"}).exit, 0) << gateway_.log();
    for (const std::uint16_t columns : std::array<std::uint16_t, 2>{80, 40}) {
        for (const char* verb : {"list", "show", "history", "ports", "jobs"}) {
            TerminalSession session(command({verb, "--no-pager"}), options(columns));
            EXPECT_EQ(session.wait(), 0) << session.output();
            EXPECT_LE(widest(session.output()), columns) << verb << "\n" << session.output();
            EXPECT_GT(widest(session.output()), 20U) << verb;
        }
    }
}

TEST_F(OnATerminal, ColoursAreUsedUnlessDisabled) {
    TerminalSession coloured(command({"list"}), options(80));
    EXPECT_EQ(coloured.wait(), 0);
    EXPECT_THAT(coloured.output(), HasSubstr("\x1b[33mdrifted\x1b[0m"));
    for (const char* variable : {"NO_COLOR=1", "TERM=dumb"}) {
        auto plainly = options(80);
        plainly.environment.emplace_back(variable);
        TerminalSession plain(command({"list"}), plainly);
        EXPECT_EQ(plain.wait(), 0);
        EXPECT_THAT(plain.output(), HasSubstr("drifted"));
        EXPECT_THAT(plain.output(), Not(HasSubstr("\x1b"))) << variable;
    }
}

TEST_F(OnATerminal, AJobShowsAProgressBarThatFitsAndIsCleared) {
    for (const std::uint16_t columns : std::array<std::uint16_t, 2>{80, 40}) {
        TerminalSession session(command({"provision", "--slot", columns == 80 ? "0" : "1"}),
                                options(columns));
        EXPECT_EQ(session.wait(), 0) << session.output();
        EXPECT_THAT(session.output(), HasSubstr(columns == 80 ? "writing slot 0 [#" : "writing slot 1 [#"));
        EXPECT_LT(widest(session.output()), columns) << session.output();
        EXPECT_EQ(session.output().find(" B/s") != std::string::npos, columns == 80) << session.output();
        EXPECT_THAT(session.output(),
                    testing::EndsWith("\r\x1b[K356938035643809: slot " +
                                      std::string(columns == 80 ? "0" : "1") + " provisioned\r\n"));
    }
}

TEST_F(OnATerminal, LongOutputIsShownAScreenAtATime) {
    TerminalSession session(command({"--help"}), options(80, {"LESS=", "PAGER=less"}));
    ASSERT_TRUE(session.shows("Modems, through bgs2d")) << session.output();
    EXPECT_EQ(session.wait(200ms), std::nullopt) << "it waits for a key";
    EXPECT_THAT(session.output(), Not(HasSubstr("Exit codes")));
    session.type("G");
    EXPECT_TRUE(session.shows("Exit codes")) << session.output();
    session.type("q");
    EXPECT_EQ(session.wait(), 0);
}

TEST_F(OnATerminal, QuittingThePagerEarlyIsNotAnError) {
    TerminalSession quit(command({"--help"}), options(80, {"BGS2CTL_PAGER=head -n 1"}));
    EXPECT_EQ(quit.wait(), 0);
    EXPECT_THAT(lines_of(quit.output()).front(), StartsWith("bgs2ctl - "));
    EXPECT_THAT(quit.output(), Not(HasSubstr("Usage")));
    TerminalSession interrupted(command({"--help"}), options(80, {"BGS2CTL_PAGER=less"}));
    ASSERT_TRUE(interrupted.shows("Modems, through bgs2d"));
    // less ignores a signal before it starts to read; a signal after the end of less ends bgs2ctl.
    for (int tries = 0; tries < 10 && !interrupted.wait(2s); ++tries)
        interrupted.type("\x03");
    EXPECT_EQ(interrupted.wait(), 0) << interrupted.output();
}

TEST_F(OnATerminal, NoPagerIsStartedIfDisabledOrUnnecessary) {
    const Words echo_pager{"BGS2CTL_PAGER=echo paged"};
    const auto paged = [&](const Words& words, const TerminalSession::Options& with) {
        TerminalSession session(command(words), with);
        EXPECT_EQ(session.wait(), 0) << session.output();
        return session.output().find("paged") != std::string::npos;
    };
    EXPECT_TRUE(paged({"--help"}, options(80, echo_pager)));
    EXPECT_TRUE(paged({"history", "--help"}, options(20, echo_pager))) << "its lines wrap";
    EXPECT_FALSE(paged({"--help", "--no-pager"}, options(80, echo_pager)));
    EXPECT_FALSE(paged({"list"}, options(80, echo_pager))) << "the screen has room";
    EXPECT_FALSE(paged({"list", "--json"}, options(1, echo_pager)));
    EXPECT_FALSE(paged({"refresh"}, options(1, echo_pager)));
    auto dumb = options(80, echo_pager);
    dumb.environment.emplace_back("TERM=dumb");
    EXPECT_FALSE(paged({"--help"}, dumb));
}

TEST_F(OnATerminal, OutputIsPrintedIfThePagerCannotBeStarted) {
    TerminalSession session(command({"--help"}), options(80, {"BGS2CTL_PAGER=/nonexistent/pager -x"}));
    EXPECT_EQ(session.wait(), 0);
    EXPECT_THAT(session.output(), HasSubstr("Usage: bgs2ctl"));
    EXPECT_THAT(session.output(), HasSubstr("Exit codes"));
}

TEST_F(OnATerminal, AnErrorIsPrintedOnTheTerminal) {
    TerminalSession session(command({"show", "111"}), options(80));
    EXPECT_EQ(session.wait(), 3);
    EXPECT_THAT(session.output(), StartsWith("bgs2ctl: no modem has an IMEI that ends in 111\r\n"));
}

/// An agent that prints its arguments. The real one requires polkit on the bus.
class PolkitAgent : public OnATerminal {
  protected:
    void SetUp() override {
        if (geteuid() != 0)
            GTEST_SKIP() << "SKIPPED: running as another user requires root";
        OnATerminal::SetUp();
        std::filesystem::permissions(gateway_.path(""), std::filesystem::perms(0755));
        const std::string agent = gateway_.write("pkttyagent", "#!/bin/sh\n"
                                                               "echo \"asked with $*\" >/dev/tty\n"
                                                               "exec 3>&-\n"
                                                               "exec sleep 60\n");
        std::filesystem::permissions(agent, std::filesystem::perms(0755));
    }

    static Words as_nobody(const Words& words) {
        Words all{"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", BGS2CTL};
        all.insert(all.end(), words.begin(), words.end());
        return all;
    }

    TerminalSession::Options with_agent() {
        return options(80, {fmt::format("PATH={}:/usr/bin:/bin", gateway_.path(""))});
    }
};

TEST_F(PolkitAgent, IsStartedIfAuthorizationIsRequired) {
    TerminalSession session(as_nobody({"refresh"}), with_agent());
    EXPECT_EQ(session.wait(), 4) << session.output();
    EXPECT_THAT(session.output(), StartsWith("asked with --notify-fd 3 --fallback --process "));
    EXPECT_THAT(session.output(), HasSubstr("bgs2ctl: "));
}

TEST_F(PolkitAgent, IsNotStartedForReadingForRootOrIfNotInteractive) {
    for (const Words& words :
         {as_nobody({"list"}), as_nobody({"refresh", "--no-ask-password"}), command({"refresh"})}) {
        TerminalSession session(words, with_agent());
        EXPECT_TRUE(session.wait().has_value());
        EXPECT_THAT(session.output(), Not(HasSubstr("asked"))) << words.back();
    }
    TerminalSession piped({"sh", "-c",
                           fmt::format("echo | setpriv --reuid=65534 --regid=65534 --clear-groups "
                                       "{} refresh",
                                       BGS2CTL)},
                          with_agent());
    EXPECT_EQ(piped.wait(), 4);
    EXPECT_THAT(piped.output(), Not(HasSubstr("asked")));
}

TEST_F(PolkitAgent, IsOptional) {
    std::filesystem::remove(gateway_.path("pkttyagent"));
    auto without = options(80, {"PATH=" + gateway_.path("")});
    Words words = as_nobody({"refresh"});
    words.front() = "/usr/bin/setpriv";
    TerminalSession session(words, without);
    EXPECT_EQ(session.wait(), 4);
    EXPECT_THAT(session.output(), StartsWith("bgs2ctl: "));
}

} // namespace
} // namespace bgs2::test
