// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/socket.h"

#include <asio/local/stream_protocol.hpp>
#include <fmt/format.h>

#include <system_error>

namespace bgs2::sim {

std::unique_ptr<Socket> Socket::connect(const asio::any_io_executor& executor,
                                        const std::filesystem::path& path) {
    asio::local::stream_protocol::socket socket(executor);
    try {
        socket.connect(path.string());
        socket.native_non_blocking(true);
    } catch (const std::system_error& error) {
        throw std::system_error(
            error.code(), fmt::format("cannot connect to {}; check that its server runs", path.string()));
    }
    return std::unique_ptr<Socket>(new Socket(asio::posix::stream_descriptor(executor, socket.release())));
}

} // namespace bgs2::sim
