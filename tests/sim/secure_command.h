// SPDX-License-Identifier: Apache-2.0
// Parses a secure command (protocol.md §1). Pure. Shares no code with the encoder of bgs2d, so that one
// mistake cannot hide in both.
#pragma once

#include "tests/sim/bytes.h"
#include "tests/sim/result_code.h"

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

namespace bgs2::sim {

/// The size of the fixed fields: total length, command, number of parameters.
constexpr std::size_t preamble_size = 6;

/// The content of a frame. Texts do not include their NUL.
struct SecureCommand {
    enum class Verb : std::uint8_t { write, erase };

    Verb verb = Verb::write;
    std::vector<unsigned> parameter_ids; ///< in the order of the frame
    std::uint16_t slot = 0;
    std::optional<Bytes> certificate;
    std::optional<Bytes> private_key;
    std::optional<std::string> imei;
    std::optional<std::string> thumbprint;
    std::optional<std::string> store;
    std::optional<std::string> signature; ///< Base64
    Bytes signed_bytes;                   ///< empty without a signature

    bool operator==(const SecureCommand&) const = default;
};

/// The total length in the first two bytes of a frame; it counts itself.
constexpr std::size_t announced_size(std::uint8_t first, std::uint8_t second) {
    return first + second * std::size_t{256};
}

/// Parses a whole frame. Refusals: length_error (unknown command, wrong count or length, text without a
/// single trailing NUL), refused (unknown or repeated parameter, no slot, a parameter after the signature).
std::expected<SecureCommand, Refusal> read_secure_command(ByteView frame);

} // namespace bgs2::sim
