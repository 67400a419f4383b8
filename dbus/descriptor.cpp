// SPDX-License-Identifier: Apache-2.0
#include "dbus/descriptor.h"

#include "daemon/base/system_error.h"
#include "daemon/pki/file.h"

#include <asio/buffer.hpp>
#include <asio/experimental/deferred.hpp>
#include <asio/experimental/parallel_group.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <linux/magic.h>
#include <span>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <utility>

namespace bgs2::dbus {
namespace {

using asio::experimental::deferred;
using asio::experimental::make_parallel_group;
using asio::experimental::wait_for_one;

bool is_pipe(int descriptor) {
    struct stat status{};
    return ::fstat(descriptor, &status) == 0 && S_ISFIFO(status.st_mode);
}

/// Reads at most the size of `room`; returns 0 at the end.
asio::awaitable<std::size_t> read_some(asio::posix::stream_descriptor& pipe, asio::steady_timer& timer,
                                       std::span<std::byte> room, const std::string& name) {
    const auto [order, error, size, expired] =
        co_await make_parallel_group(pipe.async_read_some(asio::buffer(room.data(), room.size()), deferred),
                                     timer.async_wait(deferred))
            .async_wait(wait_for_one(), asio::use_awaitable);
    if (error == asio::error::eof)
        co_return 0;
    if (error == asio::error::operation_aborted)
        throw Exception(
            Error{ErrorCode::failed,
                  fmt::format("cannot read {}: the other end of the pipe was not closed within {} s", name,
                              pipe_timeout.count()),
                  "close it after writing"});
    if (error)
        throw Exception(system_error(error.value(), fmt::format("read {}", name), "pass its content again"));
    co_return size;
}

asio::awaitable<pki::Secret> read_pipe(sdbus::UnixFd descriptor, std::string name) {
    const auto executor = co_await asio::this_coro::executor;
    asio::posix::stream_descriptor pipe(executor, descriptor.release());
    asio::steady_timer timer(executor, pipe_timeout);
    pki::Secret bytes(4096); // secure memory is scarce: it grows with the data
    std::size_t filled = 0;
    while (const std::size_t size = co_await read_some(pipe, timer, bytes.bytes().subspan(filled), name)) {
        filled += size;
        if (filled > pki::max_file_size)
            throw Exception(Error{
                ErrorCode::too_much_data, fmt::format("{} is larger than {} bytes", name, pki::max_file_size),
                "check that it is the right file: certificates, keys and frames are far smaller"});
        if (filled == bytes.size())
            bytes.resize(std::min(filled * 2, pki::max_file_size + 1));
    }
    bytes.resize(filled);
    co_return bytes;
}

} // namespace

Expected<void> require_prompt(int descriptor, std::string_view name) {
    struct statfs status{};
    if (::fstatfs(descriptor, &status) != 0 || status.f_type != FUSE_SUPER_MAGIC)
        return {};
    return fail(ErrorCode::not_supported, fmt::format("{} is on a FUSE file system", name),
                "pass a memfd or a pipe with its content instead");
}

asio::awaitable<pki::Secret> read_to_end(sdbus::UnixFd descriptor, std::string name) {
    if (is_pipe(descriptor.get()))
        co_return co_await read_pipe(std::move(descriptor), std::move(name));
    value_or_throw(require_prompt(descriptor.get(), name));
    co_return value_or_throw(pki::read_secret_descriptor(descriptor.get(), name));
}

} // namespace bgs2::dbus
