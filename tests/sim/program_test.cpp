// SPDX-License-Identifier: Apache-2.0
// Tests of bgs2sim over its pty.
#include "tests/sim/test_certificate.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <poll.h>
#include <spawn.h>
#include <stdexcept>
#include <sys/inotify.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

namespace bgs2::sim {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

constexpr auto longest_wait = 20s; // timeout of an expected event

class Descriptor {
  public:
    explicit Descriptor(int descriptor)
      : descriptor_(descriptor) {
        if (descriptor < 0)
            throw std::system_error(errno, std::generic_category(), "descriptor");
    }
    ~Descriptor() { ::close(descriptor_); }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    Descriptor(Descriptor&&) = delete;
    Descriptor& operator=(Descriptor&&) = delete;

    [[nodiscard]] int get() const { return descriptor_; }

    /// False at the deadline.
    [[nodiscard]] bool readable(Clock::time_point deadline) const {
        pollfd waiting{.fd = descriptor_, .events = POLLIN, .revents = 0};
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
        return ::poll(&waiting, 1, static_cast<int>(std::max(left, 0ms).count())) > 0;
    }

  private:
    int descriptor_;
};

class Folder {
  public:
    Folder() {
        auto name = (fs::temp_directory_path() / "bgs2sim-test-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr)
            throw std::system_error(errno, std::generic_category(), name);
        path_ = name;
    }
    ~Folder() {
        std::error_code ignored; // a remaining folder does not affect other tests
        fs::remove_all(path_, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    Folder(Folder&&) = delete;
    Folder& operator=(Folder&&) = delete;

    [[nodiscard]] fs::path operator/(std::string_view name) const { return path_ / name; }
    [[nodiscard]] const fs::path& path() const { return path_; }

  private:
    fs::path path_;
};

/// A running bgs2sim. The link exists once the constructor returns.
class Program {
  public:
    Program(const Folder& folder, std::vector<std::string> arguments)
      : link_(folder / "modem") {
        const Descriptor watch(::inotify_init1(IN_CLOEXEC));
        if (::inotify_add_watch(watch.get(), folder.path().c_str(), IN_MOVED_TO) < 0)
            throw std::system_error(errno, std::generic_category(), "inotify");
        arguments.insert(arguments.begin(), {BGS2SIM_PROGRAM, "--pty", link_.string()});
        arguments.insert(arguments.end(), {"--log", (folder / "log").string()});
        std::vector<char*> pointers;
        for (auto& argument : arguments)
            pointers.push_back(argument.data());
        pointers.push_back(nullptr);
        if (const auto error =
                ::posix_spawn(&process_, BGS2SIM_PROGRAM, nullptr, nullptr, pointers.data(), environ))
            throw std::system_error(error, std::generic_category(), BGS2SIM_PROGRAM);
        const auto deadline = Clock::now() + longest_wait;
        while (!fs::is_symlink(link_)) {
            std::array<char, 4096> events{};
            if (!watch.readable(deadline) || ::read(watch.get(), events.data(), events.size()) <= 0)
                throw std::runtime_error("bgs2sim did not create its link");
        }
    }
    ~Program() {
        if (process_ > 0)
            end();
    }
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;
    Program(Program&&) = delete;
    Program& operator=(Program&&) = delete;

    [[nodiscard]] const fs::path& link() const { return link_; }

    int end() {
        ::kill(process_, SIGTERM);
        return wait();
    }

    /// Waits until it ends by itself and returns the exit code; kills it at the deadline.
    int wait() {
        const Descriptor process(static_cast<int>(::syscall(SYS_pidfd_open, process_, 0)));
        if (!process.readable(Clock::now() + longest_wait))
            ::kill(process_, SIGKILL);
        int status = 0;
        ::waitpid(std::exchange(process_, 0), &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

  private:
    fs::path link_;
    pid_t process_ = 0;
};

/// The far end of the modem's line.
class Terminal {
  public:
    explicit Terminal(const fs::path& link)
      : line_(::open(link.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC)) {
        termios settings{};
        ::tcgetattr(line_.get(), &settings);
        ::cfmakeraw(&settings);
        ::tcsetattr(line_.get(), TCSANOW, &settings);
    }

    void send(ByteView bytes) {
        ASSERT_EQ(::write(line_.get(), bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
    }

    /// The input up to and including `end`, or all input until the deadline.
    std::string until(std::string_view end, Clock::duration time = longest_wait) {
        const auto deadline = Clock::now() + time;
        std::string text;
        while (!text.ends_with(end) && line_.readable(deadline)) {
            std::array<char, 1> byte{};
            if (::read(line_.get(), byte.data(), 1) != 1)
                return text;
            text += byte[0];
        }
        return text;
    }

    std::string ask(std::string_view command, std::string_view line_end = "\r") {
        send(bytes_of(fmt::format("{}{}", command, line_end)));
        return until("OK\r\n");
    }

    std::string secure(const Bytes& frame, std::string_view line_end = "\r") {
        send(bytes_of(fmt::format("AT^SBNW=is_cert,1{}", line_end)));
        auto greeting = until("COMMAND ...\r\n");
        if (greeting != "\r\nCONNECT\r\n\r\nSECURE CMD READY: SEND COMMAND ...\r\n")
            return greeting;
        send(frame);
        return until("\r\nOK\r\n");
    }

    [[nodiscard]] bool hangs_up() const {
        std::array<char, 1> byte{};
        return line_.readable(Clock::now() + longest_wait) && ::read(line_.get(), byte.data(), 1) <= 0;
    }

  private:
    Descriptor line_;
};

class Bgs2sim : public testing::Test {
  protected:
    Program& start(std::vector<std::string> arguments = {}) {
        program_.reset();
        program_.emplace(folder_, std::move(arguments));
        return *program_;
    }
    Terminal open() { return Terminal(program_->link()); }
    [[nodiscard]] std::string log() const {
        std::ifstream stream(folder_ / "log");
        return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
    }

    /// Waits until the log contains `text` at least `times` times.
    [[nodiscard]] bool log_contains(std::string_view text, int times) const {
        const Descriptor watch(::inotify_init1(IN_CLOEXEC));
        ::inotify_add_watch(watch.get(), (folder_ / "log").c_str(), IN_MODIFY);
        const auto deadline = Clock::now() + longest_wait;
        for (;;) {
            const auto written = log();
            auto found = 0;
            for (auto at = written.find(text); at != std::string::npos; at = written.find(text, at + 1))
                ++found;
            if (found >= times)
                return true;
            std::array<char, 4096> events{};
            if (!watch.readable(deadline) || ::read(watch.get(), events.data(), events.size()) <= 0)
                return false;
        }
    }

    Folder folder_;
    std::optional<Program> program_;
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
    line.send(bytes_of("AT\rAT+CGMM\rATX\r"));
    EXPECT_EQ(line.until("4\r"), "AT\r0\rAT+CGMM\rBGS2-W\r\n0\rATX\r4\r");
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
