// SPDX-License-Identifier: Apache-2.0
// Takes one frame off the wire: as many bytes as it says it has, and whatever wrongly follows.
#pragma once

#include "tests/sim/bytes.h"
#include "tests/sim/wire.h"

#include <asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <optional>

namespace bgs2::sim {

struct ReceivedFrame {
    Bytes bytes;               ///< no more than announced
    std::size_t announced = 0; ///< what its first two bytes say; 0 if not even those came
    Bytes behind;              ///< what followed it too closely to be a command
};

struct FrameReceiver {
    std::chrono::milliseconds timeout{60000}; ///< how long the next byte may take
    std::chrono::milliseconds gap{20};        ///< bytes that follow sooner belong to it
    std::optional<std::size_t> hang_up_after; ///< throw LineDead when this many bytes of the frame are there

    /// A frame that announces less than its own preamble is read no further than that.
    asio::awaitable<ReceivedFrame> receive(Wire& wire) const;
};

} // namespace bgs2::sim
