// SPDX-License-Identifier: Apache-2.0
// Tests of bgs2sim over its pty.
#include "tests/sim/running_program.h"
#include "tests/sim/test_certificate.h"
#include "tests/support/foreign_pty.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>

namespace bgs2::sim {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

class Bgs2sim : public ProgramTest {
  protected:
    TestIdentity identity_ = test_identity("one");
    Bytes write_ = frame(1, {slot_parameter(1), parameter(2, identity_.certificate)});
    Bytes delete_ = frame(3, {slot_parameter(1)});
    std::string thumbprint_ = hex_upper(sha1(identity_.certificate));
    std::string stored_ = "\r\nSECURE CMD END OK\r\n\r\nOK\r\n";
};

TEST_F(Bgs2sim, AnswersIdentificationCommands) {
    start();
    auto line = open();
    EXPECT_EQ(line.ask("AT"), "\r\nOK\r\n");
    EXPECT_EQ(line.ask("ATI1"),
              "\r\nCinterion\r\nBGS2-W\r\nREVISION 01.301\r\nA-REVISION 01.000.00\r\n\r\nOK\r\n");
    EXPECT_EQ(line.ask("AT+CGSN"), "\r\n356938035643809\r\n\r\nOK\r\n");
}

TEST_F(Bgs2sim, StoresReadsBackAndDeletesACertificate) {
    start();
    auto line = open();
    EXPECT_EQ(line.secure(write_), stored_);
    EXPECT_THAT(line.ask("AT^SBNR=\"is_cert\""), HasSubstr("thumbprint: \"" + thumbprint_ + "\""));
    EXPECT_EQ(line.secure(delete_), stored_);
    EXPECT_THAT(line.ask("AT^SBNR=is_cert"), Not(HasSubstr(thumbprint_)));
    EXPECT_THAT(log(), HasSubstr("slot is_cert 1 emptied"));
}

TEST_F(Bgs2sim, AcceptsCrLfLineEnds) {
    start();
    auto line = open();
    EXPECT_EQ(line.ask("AT+CGMM", "\r\n"), "\r\nBGS2-W\r\n\r\nOK\r\n");
    EXPECT_EQ(line.secure(write_, "\r\n"), stored_);
    EXPECT_EQ(line.ask("AT", "\r\n"), "\r\nOK\r\n");
}

TEST_F(Bgs2sim, ReceivesAFrameThatBeginsWithALineFeedByte) {
    start();
    auto line = open();
    // 0x010a bytes: the total length begins with 0a.
    const Bytes filler(0x010a - 6 - 6 - 4, 0);
    const auto bytes = frame(1, {slot_parameter(1), parameter(2, filler)});
    ASSERT_EQ(bytes.front(), '\n');
    EXPECT_THAT(line.secure(bytes, "\r\n"), HasSubstr("PUBLIC CERTIFICATE IS CORRUPTED"));
    EXPECT_THAT(line.secure(bytes, "\r"), HasSubstr("PUBLIC CERTIFICATE IS CORRUPTED"));
}

TEST_F(Bgs2sim, RejectsAFrameWithATrailingByte) {
    start();
    auto line = open();
    auto bytes = write_;
    bytes.push_back('\r');
    EXPECT_EQ(line.secure(bytes), "\r\nSECURE CMD TO MANY DATA ERROR\r\n\r\nOK\r\n");
    EXPECT_THAT(line.ask("AT^SBNR=is_cert"), Not(HasSubstr(thumbprint_)));
}

TEST_F(Bgs2sim, ReportsATimeoutForAShortFrame) {
    start({"--frame-timeout", "0.5"});
    auto line = open();
    auto bytes = write_;
    bytes.pop_back();
    EXPECT_EQ(line.secure(bytes), "\r\nSECURE CMD SERVICE TIMEOUT ERROR\r\n\r\nOK\r\n");
    EXPECT_EQ(line.ask("AT"), "\r\nOK\r\n");
}

TEST_F(Bgs2sim, KeepsItsSlotsAcrossARestart) {
    const std::vector<std::string> arguments = {"--slots", (folder_ / "slots.json").string()};
    start(arguments);
    EXPECT_EQ(open().secure(frame(1, {slot_parameter(0), parameter(2, identity_.certificate),
                                      parameter(5, identity_.private_key)})),
              stored_);
    EXPECT_EQ(program_->end(), 0);
    EXPECT_FALSE(fs::is_symlink(program_->link()));
    start(arguments);
    EXPECT_THAT(open().ask("AT^SBNR=\"is_cert\""), HasSubstr(thumbprint_));
}

TEST_F(Bgs2sim, ReloadsTheSlotsFileAfterAnExternalChange) {
    start({"--slots", (folder_ / "slots.json").string()});
    auto line = open();
    ASSERT_EQ(line.secure(frame(1, {slot_parameter(3), parameter(2, identity_.certificate)})), stored_);
    fs::copy_file(folder_ / "slots.json", folder_ / "kept.json");
    std::ofstream(folder_ / "other.json") << "{}\n";
    fs::rename(folder_ / "other.json", folder_ / "slots.json");
    EXPECT_THAT(line.ask("AT^SBNR=is_cert"), Not(HasSubstr(thumbprint_)));
    fs::rename(folder_ / "kept.json", folder_ / "slots.json");
    EXPECT_THAT(line.ask("AT^SBNR=is_cert"), HasSubstr(thumbprint_));
    fs::remove(folder_ / "slots.json");
    EXPECT_THAT(line.ask("AT^SBNR=is_cert"), Not(HasSubstr(thumbprint_)));
    EXPECT_TRUE(log_contains("slots read again", 3));
}

TEST_F(Bgs2sim, ToleratesReopeningAndDiscardsUnreadOutput) {
    start();
    for (int i = 0; i < 20; ++i) {
        ASSERT_TRUE(log_contains("port-close", i));
        auto line = open();
        ASSERT_EQ(line.ask("AT"), "\r\nOK\r\n") << i;
        line.send(bytes_of("ATI\r")); // the answer is left unread
        ASSERT_EQ(line.until("Cinterion"), "\r\nCinterion") << i;
    }
    ASSERT_TRUE(log_contains("port-close", 20));
    EXPECT_EQ(open().ask("AT"), "\r\nOK\r\n");
}

TEST_F(Bgs2sim, DoesNotCountOpenersOfANamesakeInAnotherContainer) {
    start();
    const std::string pty = fs::read_symlink(program_->link());
    const test::ForeignPty other(pty);
    if (!other.is_open())
        GTEST_SKIP() << "SKIPPED: another devpts instance requires root";
    ASSERT_EQ(open().ask("AT"), "\r\nOK\r\n");
    EXPECT_TRUE(log_contains("port-close", 1));
    EXPECT_THAT(log(), HasSubstr(pty + " by 0\n"));
}

TEST_F(Bgs2sim, RespectsTheConfiguredBaudRate) {
    constexpr unsigned baud = 38400;
    start({"--baud", std::to_string(baud)});
    auto line = open();
    const auto answer = line.ask("AT^SBNR=\"is_cert\"");
    const auto began = Clock::now();
    EXPECT_EQ(line.ask("AT^SBNR=\"is_cert\""), answer);
    const std::chrono::duration<double> took = Clock::now() - began;
    const auto bytes = answer.size() + std::string_view("AT^SBNR=\"is_cert\"\r").size();
    const auto expected = static_cast<double>(bytes) * 10 / baud;
    fmt::print("{} bytes at {} Bd took {:.4f} s, {:.4f} of the time of a UART\n", bytes, baud, took.count(),
               took.count() / expected);
    EXPECT_GE(took.count(), expected * 0.999);
    EXPECT_LE(took.count(), expected * 3);
}

TEST_F(Bgs2sim, SendsEchoAndUrcsIfEnabled) {
    start({"--echo", "--urc"});
    auto line = open();
    EXPECT_EQ(line.until("^SYSSTART\r\n"), "\r\n^SYSSTART\r\n");
    EXPECT_EQ(line.ask("AT"), "AT\r\r\nOK\r\n");
    EXPECT_EQ(line.ask("ATE0"), "ATE0\r\r\nOK\r\n");
    EXPECT_EQ(line.ask("AT+CGMM"), "\r\nBGS2-W\r\n\r\n+CIEV: signal,3\r\n\r\nOK\r\n");
}

TEST_F(Bgs2sim, InjectsFaultsTheConfiguredNumberOfTimes) {
    start({"--fault", "length-error,times=1", "--fault", "no-ok,after=1,times=1"});
    auto line = open();
    EXPECT_EQ(line.secure(write_), "\r\nSECURE CMD LENGTH ERROR\r\n\r\nOK\r\n");
    line.send(bytes_of("AT^SBNW=is_cert,1\r"));
    line.until("...\r\n");
    line.send(write_);
    EXPECT_EQ(line.until("END OK\r\n"), "\r\nSECURE CMD END OK\r\n");
    EXPECT_EQ(line.ask("AT"), "\r\nOK\r\n");
    EXPECT_THAT(log(), HasSubstr("fault length-error"));
}

TEST_F(Bgs2sim, InjectsNotStoredAndCorruptSlotFaults) {
    start({"--fault", "not-stored", "--fault", "corrupt-slot:7"});
    auto line = open();
    EXPECT_EQ(line.secure(write_), stored_);
    const auto slots = line.ask("AT^SBNR=is_cert");
    EXPECT_THAT(slots, Not(HasSubstr(thumbprint_)));
    EXPECT_THAT(slots, HasSubstr("^SBNR: 7, certificate is corrupted\r\n"));
}

TEST_F(Bgs2sim, DropsAKeyAndKeepsTheCertificate) {
    start({"--fault", "key-dropped,times=1"});
    auto line = open();
    EXPECT_EQ(line.secure(write_), stored_) << "without a key there is none to drop";
    const auto client = frame(
        1, {slot_parameter(0), parameter(2, identity_.certificate), parameter(5, identity_.private_key)});
    EXPECT_EQ(line.secure(client), "\r\nSECURE CMD PRIVATE KEY WAS REMOVED\r\n\r\nOK\r\n");
    EXPECT_THAT(log(), HasSubstr("slot is_cert 0 written"));
    EXPECT_THAT(log(), Not(HasSubstr("key=yes")));
    EXPECT_EQ(line.secure(client), stored_);
    EXPECT_THAT(log(), HasSubstr("key=yes"));
}

TEST_F(Bgs2sim, StoresOnlyTheCertificateWithTheHalfStoredFault) {
    const auto client = frame(
        1, {slot_parameter(0), parameter(2, identity_.certificate), parameter(5, identity_.private_key)});
    start({"--fault", "half-stored:timeout,times=1", "--fault", "half-stored:end-ok,after=1,times=1",
           "--fault", "half-stored:ok,after=2,times=1", "--fault", "half-stored:off,after=3"});
    auto line = open();
    EXPECT_EQ(line.secure(client), "\r\nSECURE CMD SERVICE TIMEOUT ERROR\r\n\r\nOK\r\n");
    EXPECT_EQ(line.secure(client), stored_);
    EXPECT_EQ(line.secure(client), "\r\nOK\r\n");
    EXPECT_EQ(line.secure(client), "");
    EXPECT_EQ(program_->wait(), 0);
    EXPECT_THAT(log(), Not(HasSubstr("key=yes")));
    EXPECT_THAT(log(), HasSubstr("sha1=" + thumbprint_ + " key=no"));
}

TEST_F(Bgs2sim, SendsALateOkBeforeTheAnswerToALaterCommand) {
    start({"--fault", "late-ok:2"});
    auto line = open();
    line.send(bytes_of("AT^SBNW=is_cert,1\r"));
    line.until("...\r\n");
    line.send(write_);
    EXPECT_EQ(line.until("END OK\r\n"), "\r\nSECURE CMD END OK\r\n");
    EXPECT_EQ(line.ask("AT+CGMM"), "\r\nBGS2-W\r\n\r\nOK\r\n");
    line.send(bytes_of("AT+CGMI\r"));
    EXPECT_EQ(line.until("Cinterion\r\n\r\nOK\r\n"), "\r\nOK\r\n\r\nCinterion\r\n\r\nOK\r\n");
}

TEST_F(Bgs2sim, RestartsWithinAFrameAndTakesTheRestForCommands) {
    start({"--echo", "--fault", "restart-in-frame:10,times=1"});
    auto line = open();
    EXPECT_EQ(line.ask("ATE0"), "ATE0\r\r\nOK\r\n");
    line.send(bytes_of("AT^SBNW=is_cert,1\r"));
    line.until("...\r\n");
    line.send(write_);
    EXPECT_THAT(line.until("^SYSSTART\r\n"), HasSubstr("^SYSSTART\r\n"));
    line.send(bytes_of("\r"));
    EXPECT_THAT(line.ask("AT"), HasSubstr("AT\r\r\nOK\r\n")) << "the echo is on again";
}

TEST_F(Bgs2sim, AnswersByNumberOrNotAtAllUntilItIsSetOtherwise) {
    start({"--numeric", "--echo"});
    auto line = open();
    line.send(bytes_of("AT\rAT+CGMM\rATY\r"));
    EXPECT_EQ(line.until("4\r"), "AT\r0\rAT+CGMM\rBGS2-W\r\n0\rATY\r4\r");
    EXPECT_EQ(line.ask("ATV1E0"), "ATV1E0\r\r\nOK\r\n");
    start({"--quiet"});
    auto quiet = open();
    quiet.send(bytes_of("AT\r"));
    EXPECT_EQ(quiet.ask("ATQ0"), "\r\nOK\r\n");
}

TEST_F(Bgs2sim, LosesTheFirstCommandAfterAPause) {
    start({"--doze", "100"});
    auto line = open();
    EXPECT_EQ(line.ask("AT"), "\r\nOK\r\n");
    EXPECT_EQ(line.until("anything", 150ms), "");
    std::string answer;
    for (int i = 0; i < 100 && answer.empty(); ++i) { // a busy machine makes further pauses
        line.send(bytes_of("AT\r"));
        answer = line.until("OK\r\n", 50ms);
    }
    EXPECT_EQ(answer, "\r\nOK\r\n");
    EXPECT_TRUE(log_contains("asleep: AT", 1));
}

TEST_F(Bgs2sim, AnswersOtherThanACommandInterpreterDoes) {
    start({"--fault", "data-mode,times=1", "--fault", "cmux,times=1", "--fault", "locked,times=1"});
    auto line = open();
    line.send(bytes_of("AT\r"));
    EXPECT_EQ(line.until("Z?~"), "~\xff}#\xc0!}!}!} }$Z?~");
    line.send(bytes_of("AT\r"));
    EXPECT_EQ(line.until("\x1c\xf9"), std::string("\xf9\x03\x3f\x01\x1c\xf9"));
    line.send(bytes_of("AT\r"));
    EXPECT_EQ(line.until("ERROR\r\n"), "\r\nERROR\r\n");
    EXPECT_EQ(line.ask("AT"), "\r\nOK\r\n");
}

TEST_F(Bgs2sim, RefusesANamedCommandWithTheGivenWords) {
    start({"--fault", "refusal:AT+CGSN=SIM busy,times=1"});
    auto line = open();
    line.send(bytes_of("AT+CGSN\r"));
    EXPECT_EQ(line.until("busy\r\n"), "\r\n+CME ERROR: SIM busy\r\n");
    EXPECT_THAT(line.ask("AT+CGSN"), HasSubstr("356938035643809"));
}

TEST_F(Bgs2sim, IsSilentAfterAShutdown) {
    start({"--fault", "shutdown:AT+CGSN"});
    auto line = open();
    EXPECT_EQ(line.ask("AT"), "\r\nOK\r\n");
    line.send(bytes_of("AT+CGSN\r"));
    EXPECT_THAT(line.until("^SHUTDOWN\r\n"), HasSubstr("OK\r\n\r\n^SHUTDOWN\r\n"));
    line.send(bytes_of("AT\r"));
    EXPECT_EQ(line.until("OK", 100ms), "");
}

TEST_F(Bgs2sim, SendsUnsolicitedLinesAtANamedPlace) {
    start({"--fault", "urc-before:AT+CGMM", "--fault", "urc-within:AT+CGMI", "--fault", "urc-after:AT+CGSN",
           "--fault", "urc-within:FRAME"});
    auto line = open();
    const std::string answer = "\r\nBGS2-W\r\n\r\nOK\r\n";
    line.send(bytes_of("AT+CGMM\r"));
    const auto before = line.until(answer);
    EXPECT_TRUE(before.starts_with("\r\n+CIEV: signal,3\r\n\r\n+CREG: 1\r\n")) << before;
    const auto lines = before.substr(0, before.size() - answer.size());
    EXPECT_THAT(lines, HasSubstr("\r\n+PBREADY\r\n"));
    line.send(bytes_of("AT+CGMI\r"));
    EXPECT_EQ(line.until(lines + "\r\nOK\r\n"), "\r\nCinterion\r\n" + lines + "\r\nOK\r\n");
    line.send(bytes_of("AT+CGSN\r"));
    EXPECT_EQ(line.until("OK\r\n" + lines), "\r\n356938035643809\r\n\r\nOK\r\n" + lines);
    line.send(bytes_of("AT^SBNW=is_cert,1\r"));
    line.until("...\r\n");
    line.send(write_);
    EXPECT_EQ(line.until(lines + "\r\nOK\r\n"), "\r\nSECURE CMD END OK\r\n" + lines + "\r\nOK\r\n");
}

TEST_F(Bgs2sim, ListsItsSlotsInOtherForms) {
    start({"--fault", "no-rows,times=1", "--fault", "cut-row:1,times=1", "--fault",
           "missing-row:1,after=1,times=1", "--fault", "thumbprint:colons,after=2,times=1", "--fault",
           "bare-corrupt-slot:2,after=2,times=1", "--fault", "thumbprint:sha256,after=3,times=1", "--fault",
           "unreadable-row:3,after=3,times=1", "--fault", "thumbprint:unnamed,after=4,times=1", "--fault",
           "thumbprint:none,after=5"});
    auto line = open();
    ASSERT_EQ(line.secure(write_), stored_);
    const auto ask = [&] { return line.ask("AT^SBNR=is_cert"); };
    EXPECT_EQ(ask(), "\r\nOK\r\n");
    const auto cut = ask();
    EXPECT_THAT(cut, HasSubstr("\r\n^SBNR: 1, size: "));
    EXPECT_THAT(cut, Not(HasSubstr("^SBNR: 2")));
    EXPECT_THAT(ask(), Not(HasSubstr("^SBNR: 1,")));
    const auto colons = ask();
    EXPECT_THAT(colons, HasSubstr("\"" + thumbprint_.substr(0, 2) + ":" + thumbprint_.substr(2, 2) + ":"));
    EXPECT_THAT(colons, HasSubstr("\r\n2, certificate is corrupted\r\n"));
    const auto sha256s = ask();
    EXPECT_THAT(sha256s, HasSubstr("thumbprint algorithm: \"sha256\", thumbprint: \"" +
                                   hex_upper(sha256(identity_.certificate)) + "\""));
    EXPECT_THAT(sha256s, HasSubstr("^SBNR: 3, state: "));
    const auto unnamed = ask();
    EXPECT_THAT(unnamed, Not(HasSubstr("algorithm")));
    EXPECT_THAT(unnamed, HasSubstr(thumbprint_));
    EXPECT_THAT(ask(), Not(HasSubstr("thumbprint")));
}

TEST_F(Bgs2sim, IgnoresTheFirstCommandsWithTheDeafFault) {
    start({"--fault", "deaf:2"});
    auto line = open();
    line.send(bytes_of("AT\rAT\rAT+CGMM\r"));
    EXPECT_EQ(line.until("OK\r\n"), "\r\nBGS2-W\r\n\r\nOK\r\n");
}

TEST_F(Bgs2sim, StopsAnsweringAfterHalfALine) {
    start({"--fault", "half-line"});
    auto line = open();
    line.send(bytes_of("AT+CGMM\r"));
    EXPECT_EQ(line.until("BGS"), "\r\nBGS");
    line.send(bytes_of("AT\r"));
    EXPECT_EQ(line.until("OK", 100ms), "");
}

TEST_F(Bgs2sim, HangsUpInTheMiddleOfAFrame) {
    auto& program = start({"--fault", "hang-up-in-frame:10"});
    auto line = open();
    line.send(bytes_of("AT^SBNW=is_cert,1\r"));
    line.until("...\r\n");
    line.send(write_);
    EXPECT_TRUE(line.hangs_up());
    EXPECT_EQ(program.wait(), 0);
    EXPECT_FALSE(fs::is_symlink(program.link()));
}

TEST_F(Bgs2sim, AnswersCommandsReceivedDuringAnAnswer) {
    start({"--baud", "115200"});
    auto line = open();
    line.send(bytes_of("ATI\rAT+CGMM\r"));
    EXPECT_THAT(line.until("\r\nBGS2-W\r\n\r\nOK\r\n"), testing::StartsWith("\r\nCinterion\r\n"));
}

TEST_F(Bgs2sim, RejectsAnUnsignedCommandInSecureMode) {
    const auto key = folder_ / "key.pem";
    {
        const Key rsa(EVP_RSA_gen(2048));
        const std::unique_ptr<BIO, FreeWith<BIO_free_all>> file(BIO_new_file(key.c_str(), "w"));
        ASSERT_EQ(PEM_write_bio_PUBKEY(file.get(), rsa.get()), 1);
    }
    start({"--secure", key.string()});
    auto line = open();
    EXPECT_EQ(line.secure(write_), "\r\nSECURE CMD ERROR\r\n\r\nOK\r\n");
    EXPECT_THAT(log(), HasSubstr("refused SECURE CMD ERROR: the command is not signed"));
}

TEST_F(Bgs2sim, DropsACommandReceivedWithinTheSettleTime) {
    start({"--settle", "60000"});
    auto line = open();
    EXPECT_EQ(line.ask("AT"), "\r\nOK\r\n");
    line.send(bytes_of("AT\r"));
    EXPECT_EQ(line.until("OK", 100ms), "");
    EXPECT_THAT(log(), HasSubstr("ms after the last answer: AT\n"));
}

} // namespace
} // namespace bgs2::sim
