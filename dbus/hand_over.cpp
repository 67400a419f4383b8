// SPDX-License-Identifier: Apache-2.0
#include "dbus/hand_over.h"

#include "daemon/base/error.h"
#include "daemon/base/system_error.h"
#include "daemon/pki/file.h"
#include "dbus/descriptor.h"

#include <asio/buffer.hpp>
#include <asio/experimental/parallel_group.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <sys/stat.h>
#include <system_error>
#include <utility>

namespace bgs2::dbus {
namespace {

using asio::experimental::make_parallel_group;
using asio::experimental::wait_for_one;

bool is_pipe(int descriptor) {
    struct stat status{};
    return ::fstat(descriptor, &status) == 0 && S_ISFIFO(status.st_mode);
}

Exception not_readable(const std::error_code& error, const std::string& name) {
    if (error == asio::error::operation_aborted)
        return Exception(
            Error{ErrorCode::failed,
                  fmt::format("cannot read {}: the other end of the pipe was not closed within {} s", name,
                              pipe_timeout.count()),
                  "close it after writing"});
    return Exception(system_error(error.value(), fmt::format("read {}", name), "pass its content again"));
}

/// Waits for something to read, for the end, or for the timer, which aborts it.
asio::awaitable<std::error_code> wait_for_data(asio::posix::stream_descriptor& pipe,
                                               asio::steady_timer& timer) {
    const auto arrive = [&](auto token) {
        return pipe.async_wait(asio::posix::descriptor_base::wait_read, std::move(token));
    };
    const auto expire = [&](auto token) { return timer.async_wait(std::move(token)); };
    const auto [order, error, expired] =
        co_await make_parallel_group(arrive, expire).async_wait(wait_for_one(), asio::use_awaitable);
    co_return error;
}

/// The number of bytes, 0 at the end; nothing if there are none yet.
std::optional<std::size_t> read_available(asio::posix::stream_descriptor& pipe, std::span<std::byte> room,
                                          const std::string& name) {
    std::error_code error;
    const std::size_t size = pipe.read_some(asio::buffer(room.data(), room.size()), error);
    if (error == asio::error::eof)
        return 0;
    if (error == asio::error::would_block || error == asio::error::try_again ||
        error == asio::error::interrupted)
        return std::nullopt;
    if (error)
        throw not_readable(error, name);
    return size;
}

Exception busy(const std::string& name, std::string_view why, std::string hint) {
    return Exception(Error{ErrorCode::busy, fmt::format("cannot read {}: {}", name, why), std::move(hint)});
}

} // namespace

/// The place of an open pipe, whose waits `timer` ends.
class HandOvers::OpenPipe : Immovable {
  public:
    OpenPipe(HandOvers& all, uid_t user, asio::steady_timer& timer, const std::string& name)
      : all_(all)
      , user_(user)
      , timer_(timer) {
        constexpr const char* hint = "close pipes after writing, and call again once they were read";
        const auto found = all.users_.find(user);
        if (found != all.users_.end() && found->second.pipes >= all.limits_.pipes_of_user)
            throw busy(name, fmt::format("{} pipes of the same user are open already", found->second.pipes),
                       hint);
        if (all.all_.pipes >= all.limits_.pipes)
            throw busy(name, fmt::format("{} pipes are open already", all.all_.pipes), hint);
        ++all.users_[user].pipes;
        ++all.all_.pipes;
        all.waiting_.insert(&timer);
    }
    ~OpenPipe() {
        all_.waiting_.erase(&timer_);
        --all_.all_.pipes;
        const auto share = all_.users_.find(user_);
        if (--share->second.pipes == 0 && share->second.bytes == 0)
            all_.users_.erase(share);
    }

  private:
    HandOvers& all_;
    uid_t user_;
    asio::steady_timer& timer_;
};

void HandOvers::stop() {
    stopped_ = true;
    for (asio::steady_timer* timer : waiting_)
        timer->cancel();
}

HandOver::HandOver(std::shared_ptr<HandOvers> all, uid_t user)
  : all_(std::move(all))
  , user_(user) {}

HandOver::~HandOver() {
    give_back(bytes_);
}

asio::awaitable<pki::Secret> HandOver::read(sdbus::UnixFd descriptor, std::string name) {
    if (is_pipe(descriptor.get()))
        co_return co_await read_pipe(std::move(descriptor), std::move(name));
    value_or_throw(require_prompt(descriptor.get(), name));
    pki::Secret bytes = value_or_throw(pki::read_secret_descriptor(descriptor.get(), name));
    take(pki::secure_size(bytes.size()), name);
    co_return bytes;
}

asio::awaitable<pki::Secret> HandOver::read_pipe(sdbus::UnixFd descriptor, std::string name) {
    constexpr std::size_t first_size = 4096;
    const auto executor = co_await asio::this_coro::executor;
    asio::steady_timer timer(executor, pipe_timeout);
    const HandOvers::OpenPipe place(*all_, user_, timer, name);
    asio::posix::stream_descriptor pipe(executor, descriptor.release());
    pipe.non_blocking(true);
    pki::Secret bytes;
    std::size_t filled = 0;
    for (;;) {
        const auto error = all_->stopped_ ? std::error_code() : co_await wait_for_data(pipe, timer);
        if (all_->stopped_)
            throw Exception(
                Error{ErrorCode::cancelled, "bgs2d is stopping", "call again after it has restarted"});
        if (error)
            throw not_readable(error, name);
        std::array<std::byte, 1> excess{};
        if (filled == bytes.size() && filled < pki::max_file_size)
            resize(bytes, std::clamp(filled * 2, first_size, pki::max_file_size), name);
        const bool full = filled == bytes.size();
        const auto size =
            read_available(pipe, full ? std::span(excess) : bytes.bytes().subspan(filled), name);
        if (size == std::size_t{0})
            break;
        if (size && full)
            throw Exception(Error{
                ErrorCode::too_much_data, fmt::format("{} is larger than {} bytes", name, pki::max_file_size),
                "check that it is the right file: certificates, keys and frames are far smaller"});
        filled += size.value_or(0);
    }
    resize(bytes, filled, name);
    co_return bytes;
}

void HandOver::resize(pki::Secret& bytes, std::size_t size, const std::string& name) {
    const std::size_t before = pki::secure_size(bytes.size());
    take(pki::secure_size(size), name); // both exist while the bytes are copied
    bytes.resize(size);
    give_back(before);
}

void HandOver::take(std::size_t size, const std::string& name) {
    if (size == 0)
        return;
    constexpr const char* hint = "call again once the other calls have been answered";
    const auto found = all_->users_.find(user_);
    const std::size_t held = found == all_->users_.end() ? 0 : found->second.bytes;
    if (held + size > all_->limits_.bytes_of_user)
        throw busy(name, fmt::format("calls of the same user hold {} bytes of secure memory", held), hint);
    if (all_->all_.bytes + size > all_->limits_.bytes)
        throw busy(name, fmt::format("calls hold {} bytes of secure memory", all_->all_.bytes), hint);
    all_->users_[user_].bytes += size;
    all_->all_.bytes += size;
    bytes_ += size;
}

void HandOver::give_back(std::size_t size) {
    if (size == 0)
        return;
    all_->all_.bytes -= size;
    bytes_ -= size;
    const auto share = all_->users_.find(user_);
    share->second.bytes -= size;
    if (share->second.pipes == 0 && share->second.bytes == 0)
        all_->users_.erase(share);
}

} // namespace bgs2::dbus
