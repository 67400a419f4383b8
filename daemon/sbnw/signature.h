// SPDX-License-Identifier: Apache-2.0
// Signed secure commands (protocol.md §1, "Signed commands").
#pragma once

#include "daemon/base/bytes.h"
#include "daemon/base/error.h"
#include "daemon/pki/private_key.h"
#include "daemon/pki/signer.h"
#include "daemon/sbnw/frame.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace bgs2::sbnw {

enum class Digest {
    sha1,   ///< what BGS2-era tools default to
    sha256, ///< what today's tools default to
};

inline constexpr std::array digests{Digest::sha1, Digest::sha256};

std::string_view word(Digest digest); ///< "sha1", "sha256"
std::optional<Digest> digest(std::string_view word);

/// Puts the signature of an RSA key over everything else into `command`, replacing one that is there.
/// Errors: InvalidArgument (not an RSA key, or what encode() refuses), TooMuchData, those of Signer::sign().
Expected<void> sign(SecureCommand& command, const pki::Signer& signer, Digest digest);

/// Which digest the frame's signature was made with by the private half of `key`. Errors: InvalidArgument (no
/// signature, or not Base64, not by an RSA key), VerifyFailed (by another key, or the frame was changed
/// since).
Expected<Digest> verify(const Frame& frame, const pki::PublicKey& key);

} // namespace bgs2::sbnw
