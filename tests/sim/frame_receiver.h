// SPDX-License-Identifier: Apache-2.0
// Receives one frame: the announced number of bytes, and excess bytes.
#pragma once

#include "tests/sim/bytes.h"
#include "tests/sim/wire.h"

#include <asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <optional>

namespace bgs2::sim {

struct ReceivedFrame {
    Bytes bytes;               ///< at most the announced number
    std::size_t announced = 0; ///< the length in its first two bytes; 0 if those are missing
    Bytes excess;              ///< bytes that followed within the gap
};

struct FrameReceiver {
    std::chrono::milliseconds timeout{60000}; ///< timeout of the next byte
    std::chrono::milliseconds gap{20};        ///< bytes that follow within it are excess
    std::optional<std::size_t> hang_up_after; ///< throw LineDead after this many bytes of the frame
    std::optional<std::size_t> stop_after;    ///< return after this many bytes of the frame

    /// A frame that announces less than its preamble ends after its first two bytes.
    asio::awaitable<ReceivedFrame> receive(Wire& wire) const;
};

} // namespace bgs2::sim
