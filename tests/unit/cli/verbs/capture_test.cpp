// SPDX-License-Identifier: Apache-2.0
// Runs the program with clients that behave like common tools.
#include "daemon/base/immovable.h"
#include "daemon/sbnw/frame.h"
#include "tests/support/identity.h"
#include "tests/support/process.h"
#include "tests/support/program.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <fcntl.h>
#include <filesystem>
#include <memory>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

namespace bgs2::test {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
namespace fs = std::filesystem;

/// A client that has opened the port.
class Client : Immovable {
  public:
    explicit Client(const std::string& path, tcflag_t more = 0)
      : descriptor_(open(path.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC)) {
        if (descriptor_ < 0)
            throw std::runtime_error("cannot open " + path);
        set(more);
    }
    ~Client() { close(descriptor_); }

    /// Raw, with these additional flags of c_cflag.
    void set(tcflag_t more) const {
        termios settings{};
        tcgetattr(descriptor_, &settings);
        cfmakeraw(&settings);
        settings.c_cflag = (settings.c_cflag & ~tcflag_t{CRTSCTS}) | more;
        tcsetattr(descriptor_, TCSANOW, &settings);
    }

    void send(std::string_view text) const {
        while (!text.empty()) {
            const ssize_t sent = write(descriptor_, text.data(), text.size());
            if (sent <= 0)
                throw std::runtime_error("the port takes nothing");
            text.remove_prefix(static_cast<std::size_t>(sent));
        }
    }

    /// Sends a line and waits until the answer has `end`. Returns the answer.
    std::string ask(std::string_view line, std::string_view end = "\r\nOK\r\n") const {
        send(line);
        return until(end);
    }

    std::string until(std::string_view end) const {
        std::string received;
        const auto deadline = Clock::now() + 10s;
        while (received.find(end) == std::string::npos) {
            pollfd descriptor{descriptor_, POLLIN, 0};
            if (Clock::now() >= deadline || poll(&descriptor, 1, 1000) < 0)
                throw std::runtime_error("no '" + std::string(end) + "' came, but '" + received + "'");
            char byte = 0;
            if (descriptor.revents != 0 && read(descriptor_, &byte, 1) == 1)
                received += byte;
        }
        return received;
    }

  private:
    int descriptor_;
};

constexpr std::string_view ready = "SECURE CMD READY: SEND COMMAND ...\r\n";

class Capture : public testing::Test {
  protected:
    void start(const std::vector<std::string>& more = {}) {
        std::vector<std::string> command{BGS2CTL, "capture", "--pty", link_};
        command.insert(command.end(), more.begin(), more.end());
        capture_ = std::make_unique<Process>(
            command, Process::Options{.environment = {}, .output = folder_.path("console_text")});
        const auto deadline = Clock::now() + 10s;
        while (!fs::exists(link_)) {
            ASSERT_LT(Clock::now(), deadline) << "no port";
            ASSERT_FALSE(capture_->wait(5ms)) << console_text();
        }
    }

    /// Waits for the end of the program. Returns its exit code.
    int end() {
        const int exit = capture_->wait(10s).value_or(-1000);
        EXPECT_FALSE(fs::is_symlink(fs::symlink_status(link_))) << "the link still exists";
        return exit;
    }

    /// The content of standard output and standard error.
    [[nodiscard]] std::string console_text() const { return read_text(folder_.path("console_text")); }

    /// Waits for the text, which is printed after the link is created.
    [[nodiscard]] bool prints(const std::string& text) const {
        const auto deadline = Clock::now() + 10s;
        while (console_text().find(text) == std::string::npos) {
            if (Clock::now() >= deadline || capture_->wait(5ms))
                return false;
        }
        return true;
    }

    Folder folder_;
    std::string link_ = folder_.path("modem");
    std::string file_ = folder_.path("frame.bin");
    std::string right_{"\x0c\0\x03\0\x01\0\x06\0\x01\0\x03\0", 12};
    std::unique_ptr<Process> capture_;
};

TEST_F(Capture, CapturesTheFrameOfAClientLikeTheVendorsTool) {
    start({"-o", file_});
    EXPECT_TRUE(prints("waiting for a frame on " + link_)) << console_text();
    {
        const Client probing(link_, CRTSCTS);
        EXPECT_EQ(probing.ask("AT+CGSN\r\n"), "AT+CGSN\r\r\n004999010640000\r\n\r\nOK\r\n");
    }
    const Client client(link_, CRTSCTS);
    client.ask("AT\r\n");
    client.set(0);
    client.ask("AT^SBNW=is_cert,1\r\n", ready);
    client.send(right_);
    EXPECT_EQ(client.until("END OK\r\n"), "\r\nSECURE CMD END OK\r\n");
    EXPECT_EQ(end(), 0) << console_text();
    EXPECT_EQ(read_text(file_), right_);
    struct stat status{};
    ASSERT_EQ(stat(file_.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(Capture, ShowsTheFrameLikeFrameDecode) {
    const Identity identity = Identity::make({});
    sbnw::SecureCommand command;
    const Bytes certificate = identity.certificate_der();
    command.certificate = certificate;
    command.private_key = pki::Secret::copy_of(identity.pkcs8_der());
    const std::string frame(as_text(sbnw::encode(command).value().bytes()));
    start({"--imei", "356938035643809"});
    const Client client(link_);
    client.ask("ATE0\r");
    EXPECT_EQ(client.ask("AT+CGSN\r"), "\r\n356938035643809\r\n\r\nOK\r\n");
    client.ask("AT^SBNW=\"is_cert\",1\r", ready);
    for (std::size_t i = 0; i < frame.size(); i += 100)
        client.send(std::string_view(frame).substr(i, 100));
    client.until("\r\nOK\r\n");
    EXPECT_NE(client.ask("AT^SBNR=\"is_cert\"\r").find("^SBNR: 0, size: \"0\""), std::string::npos);
    EXPECT_EQ(end(), 0) << console_text();
    EXPECT_NE(console_text().find(run({"frame", "decode", "-"}, {.input = frame}).output), std::string::npos)
        << console_text();
    EXPECT_NE(console_text().find(".. .. .."), std::string::npos);
}

TEST_F(Capture, PrintsOneObjectAsJson) {
    start({"--json", "-o", file_});
    const Client client(link_);
    client.ask("AT^SBNW=management_cert,1\r", ready);
    client.send(right_);
    client.until("\r\nOK\r\n");
    EXPECT_EQ(end(), 0);
    const auto object = nlohmann::json::parse(console_text());
    EXPECT_EQ(object["command"], "delete certificate");
    EXPECT_EQ(object["store"], "management_cert");
    EXPECT_EQ(object["file"], file_);
}

TEST_F(Capture, ReportsTheErrorOfAFrameAndWritesIt) {
    struct Row {
        std::string frame;
        std::string_view answer;
        std::string_view console_text;
    };
    const std::vector<Row> rows{
        {std::string("\0\x0c\0\x03\0\x01\0\x06\0\x01\0\x03", 12), "SERVICE TIMEOUT ERROR", "big-endian"},
        {std::string("\x06\0\x03\0\x01\0\x03\0\x01\0\x03\0", 12), "TOO MANY DATA ERROR", "words"},
        {right_.substr(0, 10), "SERVICE TIMEOUT ERROR", "missing"},
        {right_ + "\r\n", "TOO MANY DATA ERROR", "CR"},
    };
    for (const Row& row : rows) {
        SCOPED_TRACE(row.console_text);
        start({"-o", file_});
        const Client client(link_);
        client.ask("AT^SBNW=is_cert,1\r\n", ready);
        client.send(row.frame);
        EXPECT_NE(client.until("\r\nOK\r\n").find(row.answer), std::string::npos);
        EXPECT_EQ(end(), 1);
        EXPECT_EQ(read_text(file_), row.frame);
        EXPECT_NE(console_text().find(row.console_text), std::string::npos) << console_text();
    }
}

TEST_F(Capture, EndsAtASignalAndRemovesTheLink) {
    for (const int signal : {SIGINT, SIGTERM}) {
        start();
        capture_->signal(signal);
        EXPECT_EQ(end(), 1);
        EXPECT_NE(console_text().find("interrupted before the program sent a frame"), std::string::npos);
    }
}

TEST_F(Capture, ReplacesOnlyADanglingLinkToAPty) {
    const std::string kept = folder_.write("modem", "kept");
    EXPECT_EQ(run({"capture", "--pty", kept}).exit, 1);
    EXPECT_EQ(read_text(kept), "kept");
    fs::remove(kept);
    fs::create_symlink("/nowhere", link_);
    EXPECT_EQ(run({"capture", "--pty", link_}).exit, 1);
    EXPECT_EQ(fs::read_symlink(link_), "/nowhere");
    fs::remove(link_);
    fs::create_symlink("/dev/pts/999999", link_);
    start();
    capture_->signal(SIGTERM);
    EXPECT_EQ(end(), 1);
}

TEST_F(Capture, ReportsInvalidOptionsAtOnce) {
    EXPECT_EQ(run({"capture"}).exit, 2);
    EXPECT_EQ(run({"capture", "--pty", link_, "--imei", "12"}).exit, 2);
    EXPECT_EQ(run({"capture", "--pty", folder_.path("no/modem")}).exit, 3);
    EXPECT_EQ(run({"capture", "--pty", link_, "-o", folder_.path("no/frame")}).exit, 3);
}

} // namespace
} // namespace bgs2::test
