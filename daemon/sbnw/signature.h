// SPDX-License-Identifier: Apache-2.0
// Signed secure commands (protocol.md §1, "Signed commands").
#pragma once

#include "daemon/base/bytes.h"
#include "daemon/base/error.h"
#include "daemon/base/words.h"
#include "daemon/pki/private_key.h"
#include "daemon/pki/signer.h"
#include "daemon/sbnw/frame.h"

namespace bgs2::sbnw {

enum class Digest {
    sha1,   ///< what BGS2-era tools default to
    sha256, ///< what today's tools default to
};

consteval auto words(Digest) {
    return EnumTable{Word{Digest::sha1, "sha1"}, Word{Digest::sha256, "sha256"}};
}

/// Puts the signature of an RSA key over everything else into `command`, replacing one that is there.
/// Errors: InvalidArgument (not an RSA key, or what encode() refuses), TooMuchData, those of Signer::sign().
Expected<void> sign(SecureCommand& command, const pki::Signer& signer, Digest digest);

/// Which digest the frame's signature was made with by the private half of `key`. Errors: InvalidArgument (no
/// signature, or not Base64, not by an RSA key), VerifyFailed (by another key, or the frame was changed
/// since).
Expected<Digest> verify(const Frame& frame, const pki::PublicKey& key);

} // namespace bgs2::sbnw
