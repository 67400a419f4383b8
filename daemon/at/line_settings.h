// SPDX-License-Identifier: Apache-2.0
// Settings of a serial line.
#pragma once

#include "daemon/base/words.h"

#include <chrono>

namespace bgs2::at {

enum class FlowControl {
    automatic, ///< RTS/CTS if the module asserts CTS when the port is opened, otherwise none
    none,
    rts_cts,
};

consteval auto words(FlowControl) {
    return EnumTable{Word{FlowControl::automatic, "auto"}, Word{FlowControl::none, "none"},
                     Word{FlowControl::rts_cts, "rts-cts"}};
}

/// 8 data bits, no parity, 1 stop bit always (protocol.md §2); XON/XOFF never, since frames are binary.
struct LineSettings {
    unsigned baud = 115200; ///< Bd, a rate that termios supports
    FlowControl flow_control = FlowControl::automatic;
    std::chrono::milliseconds settle{100}; ///< between an answer and the next command (protocol.md §5)

    bool operator==(const LineSettings&) const = default;
};

} // namespace bgs2::at
