// SPDX-License-Identifier: Apache-2.0
#include "tests/vm/line_socket.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/un.h>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <utility>

namespace bgs2::test {
namespace {

using Clock = std::chrono::steady_clock;

/// Interval of connection attempts. There is no notification when a server starts to listen.
constexpr std::chrono::milliseconds look_again{10};

int connect_once(const std::string& path) {
    const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0)
        throw std::system_error(errno, std::generic_category(), "socket");
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path)
        throw std::runtime_error(path + " is too long for a unix socket");
    path.copy(address.sun_path, path.size());
    if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
        return descriptor;
    ::close(descriptor);
    return -1;
}

} // namespace

LineSocket::LineSocket(const std::filesystem::path& path, std::chrono::milliseconds longest_wait)
  : peer_(path.filename()) {
    const auto deadline = Clock::now() + longest_wait;
    while ((descriptor_ = connect_once(path)) < 0) {
        if (Clock::now() > deadline)
            throw std::runtime_error(fmt::format("nobody listens on {}", path.string()));
        std::this_thread::sleep_for(look_again);
    }
}

LineSocket::LineSocket(LineSocket&& other) noexcept
  : peer_(std::move(other.peer_))
  , descriptor_(std::exchange(other.descriptor_, -1))
  , received_(std::move(other.received_)) {}

LineSocket::~LineSocket() {
    if (descriptor_ >= 0)
        ::close(descriptor_);
}

void LineSocket::send(std::string_view line) {
    std::string rest(line);
    rest += '\n';
    while (!rest.empty()) {
        const auto count = ::send(descriptor_, rest.data(), rest.size(), MSG_NOSIGNAL);
        if (count < 0)
            throw std::system_error(errno, std::generic_category(), peer_);
        rest.erase(0, static_cast<std::size_t>(count));
    }
}

bool LineSocket::fill(Clock::time_point deadline) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    pollfd event{.fd = descriptor_, .events = POLLIN, .revents = 0};
    if (::poll(&event, 1, static_cast<int>(std::max<std::int64_t>(0, left.count()))) <= 0)
        return false;
    std::array<char, 4096> bytes{};
    const auto count = ::read(descriptor_, bytes.data(), bytes.size());
    if (count <= 0)
        return false;
    received_.append(bytes.data(), static_cast<std::size_t>(count));
    return true;
}

std::string LineSocket::receive(std::chrono::milliseconds longest_wait) {
    const auto deadline = Clock::now() + longest_wait;
    for (;;) {
        if (const auto end = received_.find('\n'); end != std::string::npos) {
            std::string line = received_.substr(0, end);
            received_.erase(0, end + 1);
            return line;
        }
        if (!fill(deadline))
            throw std::runtime_error(
                fmt::format("{} said nothing within {} ms", peer_, longest_wait.count()));
    }
}

std::string LineSocket::drain(std::chrono::milliseconds longest_wait) {
    const auto deadline = Clock::now() + longest_wait;
    while (fill(deadline))
        continue;
    return std::exchange(received_, {});
}

} // namespace bgs2::test
