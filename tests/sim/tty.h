// SPDX-License-Identifier: Apache-2.0
// A serial port of the machine: the modem is at the end of its cable.
#pragma once

#include "tests/sim/port.h"

#include <asio/any_io_executor.hpp>

#include <filesystem>
#include <memory>

namespace bgs2::sim {

class Tty : public Port {
  public:
    /// Opens it exclusively, raw, at 115200 Bd with 8N1, without flow control, and without waiting for a
    /// carrier. Throws std::system_error naming the device.
    static std::unique_ptr<Tty> open(const asio::any_io_executor& executor,
                                     const std::filesystem::path& device);

    asio::awaitable<void> opened() override { co_return; } // a wire does not tell

  private:
    explicit Tty(asio::posix::stream_descriptor descriptor)
      : Port(std::move(descriptor)) {}
};

} // namespace bgs2::sim
