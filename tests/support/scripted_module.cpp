// SPDX-License-Identifier: Apache-2.0
#include "tests/support/scripted_module.h"

#include <asio/buffer.hpp>
#include <asio/read.hpp>
#include <asio/read_until.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>
#include <gtest/gtest.h>

#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <system_error>
#include <termios.h>
#include <unistd.h>
#include <utility>

namespace bgs2::test {
namespace {

int checked(int result, const char* what) {
    if (result < 0)
        throw std::system_error(errno, std::generic_category(), what);
    return result;
}

int open_raw(const std::string& node) {
    const int fd = checked(::open(node.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC), "open");
    termios tio{};
    checked(::tcgetattr(fd, &tio), "tcgetattr");
    ::cfmakeraw(&tio);
    checked(::tcsetattr(fd, TCSANOW, &tio), "tcsetattr");
    return fd;
}

} // namespace

ScriptedModule::ScriptedModule(const asio::any_io_executor& executor)
  : pty_(std::in_place)
  , node_(pty_->path())
  , master_(executor, checked(::dup(pty_->master()), "dup"))
  , slave_(executor, open_raw(node_)) {}

void ScriptedModule::hang_up() {
    master_.close();
    pty_.reset();
}

asio::awaitable<std::string> ScriptedModule::receive() {
    const std::size_t size =
        co_await asio::async_read_until(master_, asio::dynamic_buffer(received_), '\r', asio::use_awaitable);
    std::string line = received_.substr(0, size - 1);
    received_.erase(0, size);
    co_return line;
}

asio::awaitable<Bytes> ScriptedModule::receive(std::size_t count) {
    if (received_.size() < count)
        co_await asio::async_read(master_, asio::dynamic_buffer(received_),
                                  asio::transfer_exactly(count - received_.size()), asio::use_awaitable);
    const ByteView bytes = as_bytes(received_).first(count);
    Bytes result(bytes.begin(), bytes.end());
    received_.erase(0, count);
    co_return result;
}

asio::awaitable<void> ScriptedModule::send(std::string text) {
    co_await asio::async_write(master_, asio::buffer(text), asio::use_awaitable);
}

asio::awaitable<void> ScriptedModule::expect(std::string command, std::string reply) {
    const std::string received = co_await receive();
    EXPECT_EQ(received, command);
    co_await send(std::move(reply));
}

asio::awaitable<void> ScriptedModule::wait_until_read() {
    co_await wait_until_pending(0);
}

asio::awaitable<void> ScriptedModule::wait_until_pending(std::size_t count) {
    asio::steady_timer timer(master_.get_executor());
    while (pending() != count) {
        timer.expires_after(std::chrono::milliseconds(1));
        co_await timer.async_wait(asio::use_awaitable);
    }
}

bool ScriptedModule::has_unread() {
    int count = 0;
    checked(::ioctl(master_.native_handle(), FIONREAD, &count), "FIONREAD");
    return count > 0 || !received_.empty();
}

std::size_t ScriptedModule::pending() {
    int count = 0;
    checked(::ioctl(slave_.native_handle(), FIONREAD, &count), "FIONREAD");
    return static_cast<std::size_t>(count);
}

} // namespace bgs2::test
