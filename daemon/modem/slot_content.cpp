// SPDX-License-Identifier: Apache-2.0
#include "daemon/modem/slot_content.h"

#include "daemon/pki/certificate.h"

#include <algorithm>
#include <cctype>
#include <iterator>

namespace bgs2 {
namespace {

constexpr std::size_t sha1_digits = 40;
constexpr std::size_t sha256_digits = 64;

/// The digest of this algorithm; null for an algorithm that is not computed.
const std::string* digest(const CertificateDigests& digests, std::string_view algorithm, std::size_t digits) {
    std::string name; // "SHA-256", "sha256" and "sha_256" are one
    std::ranges::copy_if(algorithm, std::back_inserter(name),
                         [](unsigned char c) { return std::isalnum(c) != 0; });
    std::ranges::transform(name, name.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (digits == sha1_digits && (name.empty() || name == "sha1"))
        return &digests.sha1;
    if (digits == sha256_digits && (name.empty() || name == "sha256"))
        return &digests.sha256;
    return nullptr;
}

std::string fingerprint_of_key(const pki::Certificate& certificate) {
    const auto key = certificate.public_key();
    return key ? key->fingerprint() : "unreadable";
}

} // namespace

CertificateDigests digests_of(ByteView certificate) {
    return {.sha1 = pki::sha1_hex(certificate), .sha256 = pki::sha256_hex(certificate)};
}

SlotContent content_of(const pki::KeyPair& key_pair) {
    return {.certificate = digests_of(key_pair.certificate),
            .key = key_pair.key.empty() ? std::string() : fingerprint_of_key(key_pair.chain.front())};
}

CertificateMatch match(const CertificateDigests& digests, const sbnw::Slot& slot) {
    const std::string* wanted =
        slot.unreadable ? nullptr : digest(digests, slot.thumbprint_algorithm, slot.thumbprint.size());
    if (wanted == nullptr)
        return CertificateMatch::unverifiable;
    return *wanted == slot.thumbprint ? CertificateMatch::same : CertificateMatch::different;
}

} // namespace bgs2
