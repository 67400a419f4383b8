// SPDX-License-Identifier: Apache-2.0
#include "daemon/at/line_state.h"
#include "daemon/at/port_closer.h"
#include "daemon/at/serial_port.h"
#include "daemon/base/background.h"
#include "daemon/base/device_id.h"
#include "daemon/base/error.h"
#include "daemon/base/spawn.h"
#include "tests/support/child.h"
#include "tests/support/foreign_pty.h"
#include "tests/support/scripted_module.h"

#include <asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <fcntl.h>
#include <fstream>
#include <functional>
#include <future>
#include <linux/capability.h>
#include <optional>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <termios.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace bgs2::at {
namespace {

using testing::HasSubstr;

/// Without CAP_SYS_ADMIN, for which TIOCEXCL does not count, as the service is.
class Unprivileged {
  public:
    Unprivileged() {
        EXPECT_EQ(::syscall(SYS_capget, &header_, before_.data()), 0);
        auto without = before_;
        without.at(0).effective &= ~(1U << CAP_SYS_ADMIN);
        EXPECT_EQ(::syscall(SYS_capset, &header_, without.data()), 0);
    }
    ~Unprivileged() { ::syscall(SYS_capset, &header_, before_.data()); }
    Unprivileged(const Unprivileged&) = delete;
    Unprivileged& operator=(const Unprivileged&) = delete;

  private:
    __user_cap_header_struct header_{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> before_{};
};

/// A process that opens the node, does `claim` with it, and keeps it open.
auto claiming(const std::string& node, int (*claim)(int fd)) {
    return [node, claim](const std::function<void()>& ready) {
        if (claim(test::Child::open_tty(node)) != 0)
            return 1;
        ready();
        test::Child::wait_for_signal();
    };
}

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
    asio::io_context& context() { return context_; }
    PortCloser& closer() { return asio::use_service<PortCloser>(context_); }

    DeviceId device_of_module() { return device_id(module().node()).value(); }

    void await_close() { // the time limit of the test is the deadline
        while (closer().is_closing(device_of_module()))
            std::this_thread::yield();
    }

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

TEST_F(SerialPortTest, IsClosedOutsideTheEventLoopIfThatBlocks) {
    std::promise<std::thread::id> closing;
    std::promise<void> allowed;
    std::promise<void> closed;
    closer().replace(
        [&](int fd, const LineState&) {
            closing.set_value(std::this_thread::get_id());
            allowed.get_future().wait();
            ::ioctl(fd, TIOCNXCL);
            ::close(fd);
            closed.set_value();
        },
        std::chrono::milliseconds(1));
    std::optional<SerialPort> port(open(module().node()));
    port.reset();
    EXPECT_NE(closing.get_future().get(), std::this_thread::get_id());
    const Error error = error_of_opening(module().node());
    EXPECT_EQ(error.code, ErrorCode::modem_timeout) << "bgs2d itself is no other program";
    EXPECT_THAT(error.what, HasSubstr("still being closed"));
    const int other_program = ::open(module().node().c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC);
    EXPECT_NE(::flock(other_program, LOCK_EX | LOCK_NB), 0) << "the port is claimed until it is closed";
    ::close(other_program);
    allowed.set_value();
    closed.get_future().wait();
    await_close();
    closer().replace([](int fd, const LineState&) { ::close(fd); }, std::chrono::seconds(10));
    EXPECT_EQ(error_of_opening(module().node()).what, "");
}

TEST_F(SerialPortTest, IsNotClosingWhileANamesakeInAnotherContainerIs) {
    const test::ForeignPty other(module().node());
    if (!other.is_open())
        GTEST_SKIP() << "SKIPPED: another devpts instance requires root";
    std::promise<void> allowed;
    std::promise<void> closed;
    closer().replace(
        [&](int fd, const LineState&) {
            allowed.get_future().wait();
            ::close(fd);
            closed.set_value();
        },
        std::chrono::milliseconds(1));
    std::optional<SerialPort> port(open(module().node()));
    port.reset();
    const Error error = error_of_opening("/proc/" + std::to_string(other.pid()) + "/root" + module().node());
    EXPECT_EQ(error.code, ErrorCode::port_claimed) << "the other container has a lock: " << error.what;
    allowed.set_value();
    closed.get_future().wait();
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

TEST_F(SerialPortTest, IsNotOpenedWhileAnotherProgramHasLockedIt) {
    const test::Child other(claiming(module().node(), [](int fd) { return ::flock(fd, LOCK_EX | LOCK_NB); }));
    ASSERT_TRUE(other.is_ready());
    EXPECT_EQ(error_of_opening(module().node()).code, ErrorCode::port_claimed);
    other.kill();
    EXPECT_EQ(error_of_opening(module().node()), Error{});
}

TEST_F(SerialPortTest, IsNotOpenedWhileAnotherProgramUsesItExclusively) {
    const test::Child other(claiming(module().node(), [](int fd) { return ::ioctl(fd, TIOCEXCL); }));
    ASSERT_TRUE(other.is_ready());
    const Unprivileged unprivileged;
    const Error error = error_of_opening(module().node());
    EXPECT_EQ(error.code, ErrorCode::port_claimed);
    EXPECT_THAT(error.what, HasSubstr("open " + module().node()));
}

TEST_F(SerialPortTest, IsOpenedInTheBackgroundWithTheSameResult) {
    Background background;
    std::optional<SerialPort> port;
    std::optional<Error> error;
    const auto open_once = [&]() -> asio::awaitable<void> {
        try {
            port.emplace(co_await SerialPort::open(context().get_executor(), background, module().node(),
                                                   LineSettings()));
        } catch (const Exception& e) {
            error = e.error();
        }
    };
    spawn(context().get_executor(), open_once());
    context().run();
    EXPECT_EQ(error, std::nullopt);
    ASSERT_TRUE(port);
    EXPECT_EQ(error_of_opening(module().node()).code, ErrorCode::port_claimed);

    std::optional<SerialPort> first = std::exchange(port, std::nullopt);
    context().restart();
    spawn(context().get_executor(), open_once());
    context().run();
    EXPECT_FALSE(port);
    EXPECT_EQ(error.value_or(Error()).code, ErrorCode::port_claimed);
    first.reset();
    EXPECT_EQ(error_of_opening(module().node()), Error{});
}

TEST_F(SerialPortTest, LeavesTheLineAsItWasFound) {
    const int other_program = ::open(module().node().c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC);
    ASSERT_GE(other_program, 0);
    termios tio{};
    ASSERT_EQ(::tcgetattr(other_program, &tio), 0);
    for (const bool hang_up_on_close : {true, false}) {
        tio.c_iflag |= IXON | ICRNL;
        tio.c_lflag |= ECHO | ICANON;
        tio.c_cflag |= CRTSCTS | CSTOPB;
        tio.c_cflag &= ~static_cast<tcflag_t>(HUPCL);
        tio.c_cflag |= hang_up_on_close ? HUPCL : 0;
        tio.c_cc[VMIN] = 7;
        ::cfsetspeed(&tio, B19200);
        ASSERT_EQ(::tcsetattr(other_program, TCSANOW, &tio), 0);
        const LineState found(other_program);
        {
            SerialPort port = open(module().node());
            EXPECT_NE(LineState(other_program), found);
            termios used{};
            ASSERT_EQ(::tcgetattr(port.stream().native_handle(), &used), 0);
            EXPECT_EQ((used.c_cflag & HUPCL) != 0, hang_up_on_close);
        }
        EXPECT_EQ(LineState(other_program), found);
        EXPECT_EQ(error_of_opening(module().node(), {.baud = 12345}).code, ErrorCode::invalid_argument);
        EXPECT_EQ(LineState(other_program), found) << "the settings failed";
    }
    ::close(other_program);
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
    await_close();
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
