// SPDX-License-Identifier: Apache-2.0
// PKCS#12: a certificate, its private key and its issuers in one file (.p12, .pfx).
#pragma once

#include "daemon/base/bytes.h"
#include "daemon/base/error.h"
#include "daemon/pki/certificate.h"
#include "daemon/pki/private_key.h"
#include "daemon/pki/secret.h"

#include <string_view>
#include <vector>

namespace bgs2::pki {

/// All keys and certificates of a store, in their order; each may be empty.
struct Pkcs12Store {
    std::vector<PrivateKey> keys;
    std::vector<Certificate> certificates;
};

/// `passphrase` may be null if the store has none. A MAC is optional, and one that this OpenSSL cannot
/// compute is ignored: a wrong passphrase then fails to decrypt. Errors, with `code`: not a PKCS#12,
/// passphrase missing or wrong, encryption that OpenSSL no longer supports.
Expected<Pkcs12Store> read_pkcs12(ByteView der, std::string_view name, const Secret* passphrase,
                                  ErrorCode code);

} // namespace bgs2::pki
