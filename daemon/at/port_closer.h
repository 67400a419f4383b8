// SPDX-License-Identifier: Apache-2.0
// Closes serial ports outside the event loop.
#pragma once

#include "daemon/at/line_state.h"
#include "daemon/base/device_id.h"

#include <asio/execution_context.hpp>

#include <chrono>
#include <functional>
#include <memory>

namespace bgs2::at {

/// close() of a serial port waits until the data that it still has is sent: up to 30 s with a module that
/// accepts none, since tcflush() has no effect in the drivers of USB adapters. A service of the event loop;
/// use it through asio::use_service.
class PortCloser : public asio::execution_context::service {
  public:
    static asio::execution_context::id id;

    /// The operation that may block.
    using Close = std::function<void(int fd, const LineState& found)>;

    explicit PortCloser(asio::execution_context& context);

    /// Discards the output of `fd` that was not sent, restores the settings that the line was `found` with,
    /// and closes it, in a thread; waits for that for `patience`: an ordinary port is closed on return.
    void close(int fd, const DeviceId& device, const LineState& found);

    /// Whether a port of this device is still being closed. Opening it would block.
    [[nodiscard]] bool is_closing(const DeviceId& device) const;

    /// For tests.
    void replace(Close close, std::chrono::milliseconds patience);

  private:
    struct Pending;

    /// The threads are not waited for: at the end of the program, the kernel closes what is left.
    void shutdown() override {}

    Close close_;
    std::chrono::milliseconds patience_{100};
    std::shared_ptr<Pending> pending_;
};

} // namespace bgs2::at
