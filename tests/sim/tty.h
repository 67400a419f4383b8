// SPDX-License-Identifier: Apache-2.0
// A serial port of the machine; the simulated modem is at the end of its cable.
#pragma once

#include "tests/sim/port.h"

#include <asio/any_io_executor.hpp>

#include <filesystem>
#include <memory>

namespace bgs2::sim {

class Tty : public Port {
  public:
    /// Opens it exclusively and raw, 115200 Bd, 8N1, without flow control, without waiting for a carrier.
    /// Throws std::system_error with the path.
    static std::unique_ptr<Tty> open(const asio::any_io_executor& executor,
                                     const std::filesystem::path& device);

    asio::awaitable<void> opened() override { co_return; } // a serial port cannot detect its peer

  private:
    explicit Tty(asio::posix::stream_descriptor descriptor)
      : Port(std::move(descriptor)) {}
};

} // namespace bgs2::sim
