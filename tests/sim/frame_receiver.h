// SPDX-License-Identifier: Apache-2.0
// Receives one frame: as many bytes as it announces, and bytes that
// wrongly follow.
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
    std::size_t announced = 0; ///< the length in its first two bytes; 0 if those are missing
    Bytes behind;              ///< bytes that followed too soon to be a command
};

struct FrameReceiver {
    std::chrono::milliseconds timeout{60000}; ///< timeout of the next byte
    std::chrono::milliseconds gap{20};        ///< bytes that follow sooner count as excess
    std::optional<std::size_t> hang_up_after; ///< throw LineDead after this many bytes of the frame

    /// If a frame announces less than its preamble, only that many bytes are read.
    asio::awaitable<ReceivedFrame> receive(Wire& wire) const;
};

} // namespace bgs2::sim
