// SPDX-License-Identifier: Apache-2.0
// Octets, and the few things bgs2sim does to them: text forms and digests.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bgs2::sim {

using Octets = std::vector<std::uint8_t>;
using OctetView = std::span<const std::uint8_t>;

/// The octets of a text, without a terminator.
OctetView octets_of(std::string_view text);
std::string_view text_of(OctetView octets);

std::string hex_lower(OctetView octets); ///< "00ff"
std::string hex_upper(OctetView octets); ///< "00FF"

Octets sha1(OctetView octets);
Octets sha256(OctetView octets);

/// One line, padded.
std::string base64(OctetView octets);
/// Nothing if `text` is not padded Base64 without white space.
std::optional<Octets> from_base64(std::string_view text);

/// `text` with everything but printable ASCII as \r, \n, \\ or \xNN: one line for a log.
std::string escaped(std::string_view text);

} // namespace bgs2::sim
