// SPDX-License-Identifier: Apache-2.0
// Reads keys from the bytes of files of many formats.
#pragma once

#include "daemon/base/bytes.h"
#include "daemon/base/error.h"
#include "daemon/pki/private_key.h"
#include "daemon/pki/secret.h"

#include <string_view>
#include <vector>

namespace bgs2::pki {

/// Reads all private keys of a file's bytes, at least one. PEM (skips other blocks and text) or DER; PKCS#8,
/// PKCS#1, SEC1, encrypted or not, or PKCS#12. Leaves out keys in PEM that cannot be read, unless that
/// applies to all. `name` is for messages. Never prompts for a passphrase. Errors: InvalidArgument (unknown
/// format, no key in it, passphrase missing or wrong).
Expected<std::vector<PrivateKey>> load_private_keys(ByteView bytes, std::string_view name,
                                                    const Secret* passphrase = nullptr);

/// Reads the only private key of a file's bytes. Errors: as above; InvalidArgument (several different keys).
Expected<PrivateKey> load_private_key(ByteView bytes, std::string_view name,
                                      const Secret* passphrase = nullptr);

/// Reads the public key in a file's bytes: a public key, a certificate or a private key; PEM or DER. Errors:
/// InvalidArgument.
Expected<PublicKey> load_public_key(ByteView bytes, std::string_view name,
                                    const Secret* passphrase = nullptr);

} // namespace bgs2::pki
