// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/ppp_end.h"

#include <array>

namespace bgs2::sim {
namespace {

constexpr std::uint8_t flag = 0x7e;

// LCP is never compressed, and escapes all control characters (RFC 1661 §6.5, RFC 1662 §7.1).
constexpr auto terminate_ack = std::to_array<std::uint8_t>({0xff, 0x7d, 0x23, 0xc0, 0x21, 0x7d, 0x26});

} // namespace

std::optional<std::size_t> PppEnd::find(ByteView bytes) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (matched_ == terminate_ack.size()) {
            if (bytes[i] == flag)
                return i + 1;
        } else if (bytes[i] == terminate_ack.at(matched_)) {
            ++matched_;
        } else {
            matched_ = bytes[i] == terminate_ack.front() ? 1 : 0;
        }
    }
    return std::nullopt;
}

} // namespace bgs2::sim
