// SPDX-License-Identifier: Apache-2.0
#include "daemon/at/serial_port.h"

#include "daemon/at/port_closer.h"
#include "daemon/base/device_id.h"
#include "daemon/base/system_error.h"

#include <asio/execution/context.hpp>
#include <asio/query.hpp>
#include <fmt/format.h>

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <system_error>
#include <termios.h>
#include <unistd.h>
#include <utility>

namespace bgs2::at {
namespace {

Error port_error(int number, std::string_view attempt, const std::string& node) {
    Error error = system_error(number, fmt::format("{} {}", attempt, node));
    error.code = tty_error_code_of(number);
    switch (number) {
    case EBUSY:
    case EWOULDBLOCK:
        error.hint = fmt::format("stop the program that uses the port; 'fuser -v {}' names it", node);
        break;
    case ENOTTY:
        error.hint = "name a serial port: this is another kind of file";
        break;
    case ENOENT:
        error.hint = "check that the cable is plugged in";
        break;
    case EACCES:
        error.hint = "add the daemon's user to the group of the device node, by default 'dialout'";
        break;
    case EPERM:
        error.hint = "allow the device in the sandbox of the service: DeviceAllow= of bgs2d.service";
        break;
    default:
        break;
    }
    return error;
}

[[noreturn]] void throw_errno(int number, std::string_view attempt, const std::string& node) {
    throw Exception(port_error(number, attempt, node));
}

PortCloser& closer_of(const asio::any_io_executor& executor) {
    return asio::use_service<PortCloser>(asio::query(executor, asio::execution::context));
}

DeviceId device_of(int fd) {
    struct stat status{};
    return ::fstat(fd, &status) == 0 ? device_id(status).value_or(DeviceId()) : DeviceId();
}

/// Opening a port that is still being closed would block until it is.
void require_closed(const asio::any_io_executor& executor, const std::string& node) {
    const auto device = device_id(node);
    if (device && closer_of(executor).is_closing(*device))
        throw Exception(Error{ErrorCode::modem_timeout,
                              fmt::format("{} is still being closed: the modem does not accept data", node),
                              "check the flow control (RTS/CTS) and the wiring; bgs2d tries again"});
}

/// Whether the other side asserts CTS. A port without such lines (a pty, some adapters) has no flow control.
bool clear_to_send(int fd) {
    int lines = 0;
    return ::ioctl(fd, TIOCMGET, &lines) == 0 && (lines & TIOCM_CTS) != 0;
}

} // namespace

/// A port that was opened and claimed, with the settings that it has.
class SerialPort::ClaimedTty {
  public:
    explicit ClaimedTty(const std::string& node)
      // NONBLOCK: otherwise open() waits for a carrier; NOCTTY: a daemon has no controlling terminal.
      : fd_(::open(node.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)) {
        if (fd_ < 0)
            throw_errno(errno, "open", node);
        const auto close_and_throw = [&](std::string_view what) {
            const int error = errno;
            ::close(fd_);
            throw_errno(error, what, node);
        };
        if (::isatty(fd_) == 0)
            close_and_throw("use");
        // flock keeps out programs that use locks, also those of root; TIOCEXCL the others.
        if (::flock(fd_, LOCK_EX | LOCK_NB) != 0)
            close_and_throw("claim");
        if (::ioctl(fd_, TIOCEXCL) != 0)
            close_and_throw("claim");
    }
    ClaimedTty(ClaimedTty&& other) noexcept
      : fd_(other.release()) {}
    ClaimedTty& operator=(ClaimedTty&&) = delete;
    ClaimedTty(const ClaimedTty&) = delete;
    ClaimedTty& operator=(const ClaimedTty&) = delete;
    /// In a thread of Background, if the caller has not waited for the port: nothing was sent.
    ~ClaimedTty() {
        if (fd_ < 0)
            return;
        ::ioctl(fd_, TIOCNXCL);
        ::close(fd_);
    }

    int release() { return std::exchange(fd_, -1); }

  private:
    int fd_;
};

SerialPort::SerialPort(ClaimedTty tty, const asio::any_io_executor& executor, std::string node)
  : node_(std::move(node))
  , stream_(executor) {
    const int fd = tty.release();
    found_ = LineState(fd);
    std::error_code error;
    stream_.assign(fd, error);
    if (!error)
        return;
    closer_of(executor).close(fd, device_of(fd), found_);
    throw_errno(error.value(), "use", node_);
}

// Delegates, so that the destructor releases the port if the settings fail.
SerialPort::SerialPort(const asio::any_io_executor& executor, const std::string& node,
                       const LineSettings& settings)
  : SerialPort((require_closed(executor, node), ClaimedTty(node)), executor, node) {
    set_up(settings);
}

asio::awaitable<SerialPort> SerialPort::open(asio::any_io_executor executor, Background& background,
                                             std::string node, LineSettings settings) {
    require_closed(executor, node);
    BackgroundTask task(fmt::format("open {}", node),
                        "check the flow control (RTS/CTS) and the wiring: a program that closes the port "
                        "waits until its data is sent");
    const auto work = [](const std::string& name) { return ClaimedTty(name); };
    ClaimedTty tty = co_await in_background(background, std::move(task), work, node);
    SerialPort port(std::move(tty), executor, node);
    port.set_up(settings);
    co_return port;
}

void SerialPort::set_up(const LineSettings& settings) {
    apply(settings);
    flush();
}

SerialPort::~SerialPort() {
    if (!stream_.is_open())
        return;
    // The duplicate keeps the port open and claimed. Asio removes its own descriptor from the event loop.
    const int fd = ::fcntl(stream_.native_handle(), F_DUPFD_CLOEXEC, 0);
    std::error_code ignored; // a descriptor is closed even if close() fails
    stream_.close(ignored);
    if (fd >= 0)
        closer_of(stream_.get_executor()).close(fd, device_of(fd), found_);
}

void SerialPort::apply(const LineSettings& settings) {
    const int fd = stream_.native_handle();
    termios tio{};
    if (::tcgetattr(fd, &tio) != 0)
        throw_errno(errno, "read the settings of", node_);
    ::cfmakeraw(&tio);
    tio.c_iflag = 0; // cfmakeraw() keeps IXOFF, IXANY and INPCK, which another program may have left
    tio.c_cflag |= CREAD | CLOCAL;
    tio.c_cflag &= ~static_cast<tcflag_t>(CSTOPB | CRTSCTS);
    tio.c_cc[VMIN] = 1;
    tio.c_cc[VTIME] = 0;
    if (settings.flow_control == FlowControl::rts_cts ||
        (settings.flow_control == FlowControl::automatic && clear_to_send(fd)))
        tio.c_cflag |= CRTSCTS;
    if (::tcsetattr(fd, TCSANOW, &tio) != 0)
        throw_errno(errno, "set up", node_);

    std::error_code error;
    stream_.set_option(asio::serial_port::baud_rate(settings.baud), error);
    if (error.value() == EINVAL)
        throw Exception(Error{ErrorCode::invalid_argument,
                              fmt::format("{} does not support {} Bd", node_, settings.baud),
                              "use a rate that the port and the modem support, such as 115200"});
    if (error)
        throw_errno(error.value(), "set up", node_);
}

void SerialPort::pulse_rts() {
    const int fd = stream_.native_handle();
    const int rts = TIOCM_RTS;
    if (::ioctl(fd, TIOCMBIC, &rts) == 0)
        ::ioctl(fd, TIOCMBIS, &rts);
}

std::size_t SerialPort::read_available(std::span<std::byte> buffer) {
    const ssize_t size = ::read(stream_.native_handle(), buffer.data(), buffer.size()); // O_NONBLOCK
    return size > 0 ? static_cast<std::size_t>(size) : 0;
}

void SerialPort::flush() {
    if (::tcflush(stream_.native_handle(), TCIOFLUSH) != 0)
        throw_errno(errno, "flush", node_);
}

} // namespace bgs2::at
