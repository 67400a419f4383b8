// SPDX-License-Identifier: Apache-2.0
// The content of a slot, by digests that identify a certificate and a private key.
#pragma once

#include "daemon/base/slot_address.h"
#include "daemon/pki/key_pair.h"
#include "daemon/sbnw/slots.h"

#include <map>
#include <optional>
#include <string>

namespace bgs2 {

/// The digests of a certificate as sent (protocol.md §3), in lower-case hex. Modules report SHA-1; a firmware
/// that reports another digest must not be rewritten for ever.
struct CertificateDigests {
    std::string sha1;
    std::string sha256;

    bool operator==(const CertificateDigests&) const = default;
};

CertificateDigests digests_of(ByteView certificate);

struct SlotContent {
    CertificateDigests certificate; ///< empty digests: the slot is empty
    /// pki::PublicKey::fingerprint() of the private key; empty: there is none. That of the certificate, if a
    /// policy names both: a key that does not belong to it is never sent.
    std::string key;

    bool operator==(const SlotContent&) const = default;
};

SlotContent content_of(const pki::KeyPair& key_pair);

/// The slots that a policy names, by address. Nothing: the policy names the slot, but its source cannot be
/// read.
using Contents = std::map<SlotAddress, std::optional<SlotContent>>;

enum class CertificateMatch {
    same,
    different,
    unverifiable, ///< the module reports no digest that can be compared
};

/// Compares the certificate that the module reports in a slot, which is neither empty nor corrupted. The
/// label of the thumbprint names its algorithm; without a label, its length does.
CertificateMatch match(const CertificateDigests& digests, const sbnw::Slot& slot);

} // namespace bgs2
