// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/port.h"

#include <asio/use_awaitable.hpp>

#include <cerrno>
#include <system_error>
#include <unistd.h>

namespace bgs2::sim {
namespace {

bool would_block(int error) {
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

bool hung_up(int error) {
    return error == EIO || error == EPIPE || error == ECONNRESET;
}

} // namespace

std::optional<std::size_t> Port::receive_now(std::span<std::uint8_t> into) {
    before_reading();
    const auto count = ::read(descriptor_.native_handle(), into.data(), into.size());
    if (count > 0)
        return static_cast<std::size_t>(count);
    if (count == 0 || hung_up(errno))
        throw LineDead("the other side closed the line");
    if (would_block(errno))
        return std::nullopt;
    throw std::system_error(errno, std::generic_category(), "cannot read from the line");
}

asio::awaitable<void> Port::readable() {
    co_await descriptor_.async_wait(asio::posix::stream_descriptor::wait_read, asio::use_awaitable);
}

std::size_t Port::send(ByteView bytes) {
    std::size_t sent = 0;
    while (sent < bytes.size()) {
        const auto count = ::write(descriptor_.native_handle(), bytes.data() + sent, bytes.size() - sent);
        if (count < 0 && hung_up(errno))
            throw LineDead("the other side closed the line");
        if (count < 0 && would_block(errno))
            break;
        if (count < 0)
            throw std::system_error(errno, std::generic_category(), "cannot write to the line");
        sent += static_cast<std::size_t>(count);
    }
    return sent;
}

void Port::when_writable(std::function<void()> writable) {
    descriptor_.async_wait(asio::posix::stream_descriptor::wait_write,
                           [writable = std::move(writable)](std::error_code cancelled) {
                               if (!cancelled)
                                   writable();
                           });
}

void Port::note_hang_up() {
    ++hang_ups_;
    if (closed_)
        closed_();
}

} // namespace bgs2::sim
