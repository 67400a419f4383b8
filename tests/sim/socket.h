// SPDX-License-Identifier: Apache-2.0
// A serial line that is a unix stream socket, as QEMU's "-chardev socket,server=on" listens on.
#pragma once

#include "tests/sim/port.h"

#include <asio/any_io_executor.hpp>

#include <filesystem>
#include <memory>

namespace bgs2::sim {

class Socket : public Port {
  public:
    /// Throws std::system_error naming the socket.
    static std::unique_ptr<Socket> connect(const asio::any_io_executor& executor,
                                           const std::filesystem::path& path);

    asio::awaitable<void> opened() override { co_return; } // a connection has both its ends

  private:
    explicit Socket(asio::posix::stream_descriptor descriptor)
      : Port(std::move(descriptor)) {}
};

} // namespace bgs2::sim
