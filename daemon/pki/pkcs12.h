// SPDX-License-Identifier: Apache-2.0
// PKCS#12: a certificate, its private key and its issuers in one file (.p12, .pfx).
#pragma once

#include "daemon/base/bytes.h"
#include "daemon/base/error.h"
#include "daemon/pki/certificate.h"
#include "daemon/pki/private_key.h"
#include "daemon/pki/secret.h"

#include <optional>
#include <string_view>
#include <vector>

namespace bgs2::pki {

struct Pkcs12Store {
    std::optional<PrivateKey> key;
    std::vector<Certificate>
        certificates; ///< the key's own first, then the others in their order; may be empty
};

/// `passphrase` may be null if the store has none. Errors, with `code`: not a PKCS#12, passphrase missing or
/// wrong, encryption that OpenSSL no longer supports.
Expected<Pkcs12Store> read_pkcs12(ByteView der, std::string_view name, const Secret* passphrase,
                                  ErrorCode code);

} // namespace bgs2::pki
