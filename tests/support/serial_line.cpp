// SPDX-License-Identifier: Apache-2.0
#include "tests/support/serial_line.h"

#include <array>
#include <chrono>
#include <fcntl.h>
#include <poll.h>
#include <stdexcept>
#include <termios.h>
#include <unistd.h>

namespace bgs2::test {

SerialLine::SerialLine(const std::string& path)
  : descriptor_(::open(path.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC)) {
    termios settings{};
    if (descriptor_ < 0 || ::tcgetattr(descriptor_, &settings) != 0) {
        ::close(descriptor_);
        throw std::runtime_error("cannot open " + path);
    }
    ::cfmakeraw(&settings);
    ::tcsetattr(descriptor_, TCSANOW, &settings);
}

SerialLine::~SerialLine() {
    ::close(descriptor_);
}

void SerialLine::send(std::string_view bytes) const {
    while (!bytes.empty()) {
        const ssize_t count = ::write(descriptor_, bytes.data(), bytes.size());
        if (count <= 0)
            throw std::runtime_error("the other end of the line is closed");
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
}

bool SerialLine::receives(std::string_view wanted) {
    read_until([&] { return received_.size() >= wanted.size(); });
    const bool same = received_.starts_with(wanted);
    if (same)
        received_.erase(0, wanted.size());
    return same;
}

bool SerialLine::skip_to(std::string_view text) {
    read_until([&] { return received_.contains(text); });
    const auto at = received_.find(text);
    if (at == std::string::npos)
        return false;
    received_.erase(0, at);
    return true;
}

void SerialLine::read_until(const std::function<bool()>& enough) {
    using Clock = std::chrono::steady_clock;
    const auto deadline = Clock::now() + std::chrono::seconds(20);
    while (!enough() && Clock::now() < deadline) {
        pollfd waiting{.fd = descriptor_, .events = POLLIN, .revents = 0};
        ::poll(&waiting, 1, 100);
        std::array<char, 4096> buffer{};
        if ((waiting.revents & POLLIN) == 0)
            continue;
        const ssize_t count = ::read(descriptor_, buffer.data(), buffer.size());
        if (count <= 0)
            break;
        received_.append(buffer.data(), static_cast<std::size_t>(count));
    }
}

} // namespace bgs2::test
