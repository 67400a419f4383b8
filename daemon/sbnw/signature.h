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
    sha1,   ///< the default of BGS2-era tools
    sha256, ///< the default of today's tools
};

consteval auto words(Digest) {
    return EnumTable{Word{Digest::sha1, "sha1"}, Word{Digest::sha256, "sha256"}};
}

/// Signs everything else in `command` with an RSA key; replaces an existing signature. Errors:
/// InvalidArgument (not an RSA key, or what encode() refuses), TooMuchData, those of Signer::sign().
Expected<void> sign(SecureCommand& command, const pki::Signer& signer, Digest digest);

/// Verifies the frame's signature with `key` and returns its digest. Errors: InvalidArgument (no signature,
/// or not Base64, not by an RSA key), VerifyFailed (signed with another key, or the frame was changed since).
Expected<Digest> verify(const Frame& frame, const pki::PublicKey& key);

} // namespace bgs2::sbnw
