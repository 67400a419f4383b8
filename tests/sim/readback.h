// SPDX-License-Identifier: Apache-2.0
// The lines of AT^SBNR (protocol.md §3). Pure.
#pragma once

#include "tests/sim/certificate.h"

#include <cstdint>
#include <optional>
#include <string>

namespace bgs2::sim {

/// Differences between firmware versions.
struct ReadbackStyle {
    enum class Labels : std::uint8_t { all, some, none, unquoted };

    enum class Thumbprint : std::uint8_t { sha1, colons, sha256, unnamed, none };

    Labels labels = Labels::all;
    Thumbprint thumbprint = Thumbprint::sha1;
    bool old_expiry = false; ///< "YY/MM/DD HH:MM:SS" instead of "YYYY,MM,DD"

    bool operator==(const ReadbackStyle&) const = default;
};

/// The line of one slot, without line ends. No `info`: the slot is empty.
std::string readback_line(unsigned slot, const std::optional<CertificateInfo>& info,
                          const ReadbackStyle& style);

/// "^SBNR: 7, certificate is corrupted"
std::string corrupted_line(unsigned slot);

/// Text without a known label.
std::string unreadable_line(unsigned slot);

} // namespace bgs2::sim
