// SPDX-License-Identifier: Apache-2.0
// A serial line over a unix stream socket, such as QEMU's "-chardev socket,server=on".
#pragma once

#include "tests/sim/port.h"

#include <asio/any_io_executor.hpp>

#include <filesystem>
#include <memory>

namespace bgs2::sim {

class Socket : public Port {
  public:
    /// Throws std::system_error with the path.
    static std::unique_ptr<Socket> connect(const asio::any_io_executor& executor,
                                           const std::filesystem::path& path);

    asio::awaitable<void> opened() override { co_return; } // a connected socket has a peer

  private:
    explicit Socket(asio::posix::stream_descriptor descriptor)
      : Port(std::move(descriptor)) {}
};

} // namespace bgs2::sim
