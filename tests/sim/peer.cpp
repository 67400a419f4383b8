// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/peer.h"

#include <asio/post.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace bgs2::sim {
namespace {

using Descriptor = asio::posix::stream_descriptor;

constexpr std::size_t largest_read = 512;
constexpr std::chrono::seconds longest_end(5);

void check(int error, const std::string& command) {
    if (error != 0)
        throw std::system_error(error, std::generic_category(), fmt::format("cannot run '{}'", command));
}

bool try_later(int error) {
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

pid_t spawn(const std::string& command, int stream) {
    posix_spawn_file_actions_t actions;
    check(::posix_spawn_file_actions_init(&actions), command);
    posix_spawnattr_t attributes;
    check(::posix_spawnattr_init(&attributes), command);
    ::posix_spawn_file_actions_adddup2(&actions, stream, STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, stream, STDOUT_FILENO);
    // The command must not keep the modem's line open.
    ::posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
    sigset_t defaults;
    ::sigemptyset(&defaults);
    ::sigaddset(&defaults, SIGPIPE);
    ::posix_spawnattr_setsigdefault(&attributes, &defaults);
    ::posix_spawnattr_setpgroup(&attributes, 0);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    std::array<std::string, 3> words{"sh", "-c", command};
    std::array<char*, 4> arguments{words[0].data(), words[1].data(), words[2].data(), nullptr};
    pid_t id = 0;
    const int error = ::posix_spawn(&id, "/bin/sh", &actions, &attributes, arguments.data(), environ);
    ::posix_spawnattr_destroy(&attributes);
    ::posix_spawn_file_actions_destroy(&actions);
    check(error, command);
    return id;
}

} // namespace

std::shared_ptr<Peer> Peer::start(const asio::any_io_executor& executor, const std::string& command,
                                  std::function<void()> changed) {
    std::array<int, 2> ends{};
    check(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) < 0 ? errno : 0, command);
    Descriptor ours(executor, ends[0]);
    Descriptor theirs(executor, ends[1]);
    ours.native_non_blocking(true); // only ours: many programs expect input that blocks
    const auto id = spawn(command, ends[1]);
    const auto process = static_cast<int>(::syscall(SYS_pidfd_open, id, 0));
    check(process < 0 ? errno : 0, command);
    std::shared_ptr<Peer> peer(
        new Peer(std::move(ours), Descriptor(executor, process), id, std::move(changed)));
    peer->await_input();
    return peer;
}

Peer::Peer(Descriptor socket, Descriptor process, pid_t id, std::function<void()> changed)
  : socket_(std::move(socket))
  , process_(std::move(process))
  , id_(id)
  , changed_(std::move(changed)) {}

Peer::~Peer() {
    ::kill(-id_, SIGKILL);
    ::waitpid(id_, nullptr, 0);
}

void Peer::send(ByteView bytes) {
    unsent_.insert(unsent_.end(), bytes.begin(), bytes.end());
    flush();
}

void Peer::flush() {
    while (!unsent_.empty() && !ended_) {
        const auto count = ::send(socket_.native_handle(), unsent_.data(), unsent_.size(), MSG_NOSIGNAL);
        if (count < 0 && try_later(errno))
            break;
        if (count < 0) { // receive_now() finds the end
            unsent_.clear();
            return;
        }
        unsent_.erase(unsent_.begin(), unsent_.begin() + count);
    }
    if (unsent_.empty() || awaits_output_)
        return;
    awaits_output_ = true;
    socket_.async_wait(Descriptor::wait_write, [weak = weak_from_this()](std::error_code cancelled) {
        const auto peer = weak.lock();
        if (!peer || cancelled)
            return;
        peer->awaits_output_ = false;
        peer->flush();
    });
}

Bytes Peer::receive_now() {
    Bytes bytes(largest_read);
    if (ended_)
        return {};
    const auto count = ::read(socket_.native_handle(), bytes.data(), bytes.size());
    if (count < 0 && try_later(errno)) {
        await_input();
        return {};
    }
    ended_ = count <= 0;
    bytes.resize(ended_ ? 0 : static_cast<std::size_t>(count));
    return bytes;
}

void Peer::await_input() {
    if (std::exchange(awaits_input_, true))
        return;
    socket_.async_wait(Descriptor::wait_read, [weak = weak_from_this()](std::error_code cancelled) {
        const auto peer = weak.lock();
        if (!peer || cancelled)
            return;
        peer->awaits_input_ = false;
        peer->changed_();
    });
}

asio::awaitable<void> Peer::hang_up(std::shared_ptr<Peer> peer) {
    peer->socket_.close();
    peer->ended_ = true;
    ::kill(-peer->id_, SIGHUP);
    asio::steady_timer timer(peer->process_.get_executor(), longest_end);
    peer->process_.async_wait(Descriptor::wait_read, [&timer](std::error_code cancelled) {
        if (!cancelled)
            timer.cancel();
    });
    std::error_code ignored; // the end of the command cancels the timer
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    if (!ignored) { // timeout
        peer->process_.cancel();
        co_await asio::post(peer->process_.get_executor(), asio::use_awaitable);
    }
}

} // namespace bgs2::sim
