// SPDX-License-Identifier: Apache-2.0
#include "daemon/at/silence.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bgs2::at {
namespace {

constexpr auto cmux_flag = std::byte{0xf9};

/// The size of the frame of the multiplexer at the front, flags included; 0: there is none.
std::size_t cmux_frame_size(ByteView bytes) {
    constexpr std::size_t smallest = 6; // flag, address, control, length, check sum, flag
    const auto is_extended = [](std::byte b) { return (b & std::byte{1}) == std::byte{0}; };
    if (bytes.size() < smallest || bytes[0] != cmux_flag || is_extended(bytes[1]))
        return 0;
    std::size_t size = smallest + (std::to_integer<std::size_t>(bytes[3]) >> 1U);
    if (is_extended(bytes[3])) // a second byte of the length
        size += 1 + (std::to_integer<std::size_t>(bytes[4]) << 7U);
    return size <= bytes.size() && bytes[size - 1] == cmux_flag ? size : 0;
}

} // namespace

bool contains_ppp(ByteView bytes) {
    constexpr std::string_view escaped = "~\xff}#"; // the control byte is below 20 hex, and escaped at first
    constexpr std::string_view plain = "~\xff\x03";
    const std::string_view text = as_text(bytes);
    return text.contains(escaped) || text.contains(plain);
}

bool contains_cmux(ByteView bytes) {
    for (; !bytes.empty(); bytes = bytes.subspan(1)) {
        if (cmux_frame_size(bytes) > 0)
            return true;
    }
    return false;
}

Error explain_silence(const std::string& node, ByteView received, bool refused) {
    if (refused)
        return {ErrorCode::modem_rejected,
                fmt::format("the module on {} answers ERROR to every command: its AT interface may be locked",
                            node),
                "unlock it with AT^SSECUC=\"SEC/LEVEL\",<signature>,\"ATIFC\",\"0x0000\""};
    if (contains_ppp(received))
        return {ErrorCode::modem_timeout,
                fmt::format("{} is in data mode (PPP) and answers no commands", node),
                "end the data connection, or name another port of the modem: bgs2d does not interrupt it"};
    if (contains_cmux(received))
        return {ErrorCode::modem_timeout,
                fmt::format("{} carries a multiplexer (AT+CMUX) and answers no commands", node),
                "stop the program that multiplexes the port, or name another port of the modem"};
    return {ErrorCode::modem_timeout, fmt::format("no answer on {}", node),
            "check that the modem is switched on and not in data mode, and baud, RX/TX and RTS/CTS"};
}

} // namespace bgs2::at
