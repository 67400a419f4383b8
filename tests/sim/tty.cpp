// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/tty.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <system_error>
#include <termios.h>

namespace bgs2::sim {
namespace {

void check(int result, const std::filesystem::path& device) {
    if (result < 0)
        throw std::system_error(errno, std::generic_category(), device.string());
}

} // namespace

std::unique_ptr<Tty> Tty::open(const asio::any_io_executor& executor, const std::filesystem::path& device) {
    const int opened = ::open(device.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    check(opened, device);
    asio::posix::stream_descriptor descriptor(executor, opened);
    termios settings{};
    check(::tcgetattr(opened, &settings), device);
    ::cfmakeraw(&settings);
    settings.c_cflag |= CLOCAL | CREAD;
    settings.c_cflag &= ~static_cast<tcflag_t>(CRTSCTS | HUPCL);
    check(::cfsetspeed(&settings, B115200), device);
    check(::tcsetattr(opened, TCSANOW, &settings), device);
    check(::ioctl(opened, TIOCEXCL), device);
    return std::unique_ptr<Tty>(new Tty(std::move(descriptor)));
}

} // namespace bgs2::sim
