// SPDX-License-Identifier: Apache-2.0
#include "daemon/at/serial_port.h"
#include "daemon/base/error.h"
#include "tests/support/scripted_module.h"

#include <asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <fstream>
#include <optional>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

namespace bgs2::at {
namespace {

using testing::HasSubstr;

class SerialPortTest : public testing::Test {
  protected:
    SerialPort open(const std::string& node, const LineSettings& settings = {}) {
        return {context_.get_executor(), node, settings};
    }

    Error error_of_opening(const std::string& node, const LineSettings& settings = {}) {
        try {
            open(node, settings);
        } catch (const Exception& e) {
            return e.error();
        }
        return {};
    }

    test::ScriptedModule& module() { return module_; }

  private:
    asio::io_context context_;
    test::ScriptedModule module_{context_.get_executor()};
};

TEST_F(SerialPortTest, IsRawWithEightBitsAndOneStopBit) {
    termios tio{};
    const int other_program = ::open(module().node().c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC);
    ASSERT_EQ(::tcgetattr(other_program, &tio), 0);
    tio.c_iflag |= IXON | IXOFF | IXANY | INPCK | ICRNL;
    ASSERT_EQ(::tcsetattr(other_program, TCSANOW, &tio), 0);
    ::close(other_program);
    SerialPort port = open(module().node(), {.baud = 9600});
    ASSERT_EQ(::tcgetattr(port.stream().native_handle(), &tio), 0);
    EXPECT_EQ(::cfgetospeed(&tio), speed_t{B9600});
    EXPECT_EQ(::cfgetispeed(&tio), speed_t{B9600});
    EXPECT_EQ(tio.c_lflag & (ICANON | ECHO | ISIG | IEXTEN), 0U);
    EXPECT_EQ(tio.c_iflag, 0U);
    EXPECT_EQ(tio.c_oflag & OPOST, 0U);
    EXPECT_EQ(tio.c_cflag & (CSIZE | PARENB | CSTOPB), tcflag_t{CS8});
}

TEST_F(SerialPortTest, UsesFlowControlIfConfiguredButNotAutomaticallyWithoutCts) {
    const auto uses_rts_cts = [](SerialPort& port) {
        termios tio{};
        EXPECT_EQ(::tcgetattr(port.stream().native_handle(), &tio), 0);
        return (tio.c_cflag & CRTSCTS) != 0;
    };
    SerialPort port = open(module().node(), {.flow_control = FlowControl::rts_cts});
    EXPECT_TRUE(uses_rts_cts(port));
    port.apply({.flow_control = FlowControl::automatic}); // a pty has no CTS
    EXPECT_FALSE(uses_rts_cts(port));
    port.apply({.flow_control = FlowControl::none});
    EXPECT_FALSE(uses_rts_cts(port));
}

TEST_F(SerialPortTest, CannotBeClaimedTwice) {
    const SerialPort port = open(module().node());
    const Error error = error_of_opening(module().node());
    EXPECT_EQ(error.code, ErrorCode::port_claimed);
    EXPECT_THAT(error.what, HasSubstr(module().node()));
    EXPECT_FALSE(error.hint.empty());
}

TEST_F(SerialPortTest, CanBeClaimedAgainOnceItIsClosed) {
    {
        const SerialPort port = open(module().node());
    }
    EXPECT_EQ(error_of_opening(module().node()), Error{});
}

TEST_F(SerialPortTest, StaysClaimedWhenItMoves) {
    std::optional<SerialPort> port;
    {
        SerialPort first = open(module().node());
        port.emplace(std::move(first));
    }
    EXPECT_TRUE(port->stream().is_open());
    EXPECT_EQ(port->node(), module().node());
    EXPECT_EQ(error_of_opening(module().node()).code, ErrorCode::port_claimed);
}

TEST_F(SerialPortTest, ReportsAMissingDevice) {
    const Error error = error_of_opening(module().node() + "-missing");
    EXPECT_EQ(error.code, ErrorCode::not_found);
    EXPECT_THAT(error.what, HasSubstr("-missing"));
}

TEST_F(SerialPortTest, RejectsAFileThatIsNotATty) {
    const std::string file = testing::TempDir() + "bgs2-serial-port-test";
    std::ofstream(file) << "a file";
    for (const std::string& node : {std::string("/dev/null"), file}) {
        const Error error = error_of_opening(node);
        EXPECT_EQ(error.code, ErrorCode::invalid_argument) << node;
        EXPECT_THAT(error.hint, HasSubstr("name a serial port")) << node;
    }
    std::remove(file.c_str());
}

TEST_F(SerialPortTest, RejectsAnUnsupportedBaudRateAndReleasesThePort) {
    const Error error = error_of_opening(module().node(), {.baud = 12345});
    EXPECT_EQ(error.code, ErrorCode::invalid_argument);
    EXPECT_THAT(error.what, HasSubstr("12345"));
    const int fd = ::open(module().node().c_str(), O_RDWR | O_NOCTTY);
    ASSERT_GE(fd, 0);
    int exclusive = 1; // root can open the port in spite of it
    EXPECT_EQ(::ioctl(fd, TIOCGEXCL, &exclusive), 0);
    EXPECT_EQ(exclusive, 0);
    ::close(fd);
    EXPECT_EQ(error_of_opening(module().node()), Error{}) << "the port was not released";
}

TEST_F(SerialPortTest, ReportsDeviceGoneAfterAHangUp) {
    SerialPort port = open(module().node());
    module().hang_up();
    try {
        port.apply({});
        FAIL() << "nothing was thrown";
    } catch (const Exception& e) {
        EXPECT_EQ(e.error().code, ErrorCode::device_gone);
    }
}

TEST_F(SerialPortTest, ToleratesAPtyWithoutRts) {
    SerialPort port = open(module().node());
    EXPECT_NO_THROW(port.pulse_rts());
}

} // namespace
} // namespace bgs2::at
