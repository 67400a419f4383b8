// SPDX-License-Identifier: Apache-2.0
// Parses a secure command (protocol.md §1) like the module: byte by byte,
// from the front. Pure. Written from the description alone and sharing nothing with the code that writes
// frames, so that one mistake cannot hide in both.
#pragma once

#include "tests/sim/bytes.h"
#include "tests/sim/result_code.h"

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

namespace bgs2::sim {

/// Bytes of the fixed beginning: total length, command, number of parameters.
constexpr std::size_t preamble_size = 6;

/// The content of a frame. Texts are without their NUL.
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
    Bytes signed_bytes;                   ///< the signed bytes; empty without a signature

    bool operator==(const SecureCommand&) const = default;
};

/// The length of a frame that begins with these two bytes, including these two.
constexpr std::size_t announced_size(std::uint8_t first, std::uint8_t second) {
    return first + second * std::size_t{256};
}

/// Parses a whole frame. Refusals: length_error (unknown command; a count, a length or a text's NUL that does
/// not add up), refused (unknown or repeated parameter, no slot, a parameter after the signature).
std::expected<SecureCommand, Refusal> read_secure_command(ByteView frame);

} // namespace bgs2::sim
