// SPDX-License-Identifier: Apache-2.0
#include "cli/client/bus_error.h"

#include <gtest/gtest.h>

namespace bgs2::cli {
namespace {

TEST(BusError, SplitsTheMessageOfBgs2dIntoTextAndHint) {
    const CommandError failure = to_command_error(
        "io.bgs2d1.Error.Busy", "356938035643809 is being written to (slot 1)\nwait for job 3 (provision)");
    EXPECT_EQ(failure.text(), "bgs2ctl: 356938035643809 is being written to (slot 1)\n"
                              "  hint: wait for job 3 (provision)\n");
    EXPECT_EQ(failure.exit(), ExitCode::busy);
    EXPECT_EQ(failure.word(), "Busy");
}

TEST(BusError, KeepsAMessageWithoutAHint) {
    EXPECT_EQ(to_command_error("io.bgs2d1.Error.NotFound", "no modem").text(), "bgs2ctl: no modem\n");
    EXPECT_EQ(to_command_error("io.bgs2d1.Error.Failed", "odd (one)").text(), "bgs2ctl: odd (one)\n");
    EXPECT_EQ(to_command_error("io.bgs2d1.Error.Failed", "(all)").text(), "bgs2ctl: (all)\n");
}

TEST(BusError, MapsEachWordToItsExitCode) {
    EXPECT_EQ(to_command_error("io.bgs2d1.Error.ModemTimeout", "x").exit(), ExitCode::timed_out);
    EXPECT_EQ(to_command_error("io.bgs2d1.Error.ModemRejected", "x").exit(), ExitCode::modem_refused);
    EXPECT_EQ(to_command_error("io.bgs2d1.Error.VerifyFailed", "x").exit(), ExitCode::drift);
    EXPECT_EQ(to_command_error("io.bgs2d1.Error.OfALaterVersion", "x").exit(), ExitCode::failed);
    EXPECT_EQ(to_command_error("io.bgs2d1.Error.OfALaterVersion", "x").word(), "OfALaterVersion");
}

TEST(BusError, ReportsThatBgs2dIsNotRunning) {
    for (const auto* name :
         {"org.freedesktop.DBus.Error.ServiceUnknown", "org.freedesktop.DBus.Error.NameHasNoOwner",
          "org.freedesktop.DBus.Error.Spawn.ExecFailed", "org.freedesktop.systemd1.NoSuchUnit"}) {
        const CommandError failure = to_command_error(name, "The name is not activatable");
        EXPECT_EQ(failure.exit(), ExitCode::no_daemon);
        EXPECT_STREQ(failure.what(), "bgs2d is not running");
        EXPECT_NE(failure.hint().find("systemctl start bgs2d"), std::string::npos);
    }
}

TEST(BusError, ReplacesTheAccessDeniedMessageOfTheBus) {
    for (const auto* message : {"Rejected send message, 2 matched rules; type=\"method_call\"",
                                "user 1000 may not write to modems"}) {
        const CommandError failure = to_command_error("org.freedesktop.DBus.Error.AccessDenied", message);
        EXPECT_EQ(failure.exit(), ExitCode::denied);
        EXPECT_EQ(failure.text().find("matched rules"), std::string::npos);
        EXPECT_NE(failure.hint().find("group bgs2d"), std::string::npos);
    }
}

TEST(BusError, KeepsTheAuthorizationMessageOfBgs2d) {
    const CommandError failure =
        to_command_error("org.freedesktop.DBus.Error.AccessDenied",
                         "cannot manage bgs2d: permission denied, requires io.bgs2d1.manage\n"
                         "run it as root");
    EXPECT_NE(failure.text().find("io.bgs2d1.manage"), std::string::npos);
    EXPECT_EQ(failure.hint(), "run it as root");
}

TEST(BusError, ReportsATimeout) {
    EXPECT_EQ(to_command_error("org.freedesktop.DBus.Error.NoReply", "x").exit(), ExitCode::timed_out);
}

TEST(CommandError, PrintsAnObjectAsJson) {
    EXPECT_EQ(to_job_error("KeyMismatch", "the key is \"another\"", "use the right one").json(),
              "{\"error\":\"KeyMismatch\",\"message\":\"the key is \\\"another\\\"\",\"hint\":\"use the "
              "right one\"}\n");
}

TEST(CommandError, HasExitCodeOneForAnInvalidFile) {
    EXPECT_EQ(content_error({ErrorCode::invalid_argument, "x", ""}).exit(), ExitCode::failed);
    EXPECT_EQ(content_error({ErrorCode::not_found, "x", ""}).exit(), ExitCode::not_found);
    EXPECT_EQ(CommandError(Error{ErrorCode::invalid_argument, "x", ""}).exit(), ExitCode::usage);
}

} // namespace
} // namespace bgs2::cli
