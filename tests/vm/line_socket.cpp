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
#include <unistd.h>
#include <utility>

namespace bgs2::test {
namespace {

using Clock = std::chrono::steady_clock;

/// Calls connect() or bind() with a new socket and the address of `path`.
int open_socket(const std::filesystem::path& path, int (*call)(int, const sockaddr*, socklen_t)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.native().size() >= sizeof address.sun_path)
        throw std::runtime_error(path.string() + " is too long for a unix socket");
    path.native().copy(static_cast<char*>(address.sun_path), path.native().size());
    const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor >= 0 && call(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
        return descriptor;
    const int error = errno;
    if (descriptor >= 0)
        ::close(descriptor);
    throw std::system_error(error, std::generic_category(), path.string());
}

/// Whether there is input, or a connection, before the deadline.
bool is_readable(int descriptor, Clock::time_point deadline) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    pollfd event{.fd = descriptor, .events = POLLIN, .revents = 0};
    return ::poll(&event, 1, static_cast<int>(std::max<std::int64_t>(0, left.count()))) > 0;
}

} // namespace

LineSocket::LineSocket(const std::filesystem::path& path)
  : LineSocket(path.filename(), open_socket(path, ::connect)) {}

LineSocket::LineSocket(std::string peer, int descriptor)
  : peer_(std::move(peer))
  , descriptor_(descriptor) {}

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
    if (!is_readable(descriptor_, deadline))
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

LineServer::LineServer(const std::filesystem::path& path)
  : name_(path.filename())
  , descriptor_(open_socket(path, ::bind)) {
    if (::listen(descriptor_, 1) != 0)
        throw std::system_error(errno, std::generic_category(), path.string());
}

LineServer::~LineServer() {
    ::close(descriptor_);
}

LineSocket LineServer::accept(std::chrono::milliseconds longest_wait) const {
    if (!is_readable(descriptor_, Clock::now() + longest_wait))
        throw std::runtime_error(fmt::format("nobody connected to {}", name_));
    const int connection = ::accept4(descriptor_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0)
        throw std::system_error(errno, std::generic_category(), name_);
    return {name_, connection};
}

} // namespace bgs2::test
