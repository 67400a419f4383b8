// SPDX-License-Identifier: Apache-2.0
// Reads keys from the bytes of files of many formats.
#pragma once

#include "daemon/base/bytes.h"
#include "daemon/base/error.h"
#include "daemon/pki/private_key.h"
#include "daemon/pki/secret.h"

#include <string_view>

namespace bgs2::pki {

/// Reads the first private key of a file's bytes. PEM (skips other blocks and text) or DER; PKCS#8, PKCS#1,
/// SEC1, encrypted or not, or PKCS#12. `name` is for messages. Never prompts for a passphrase. Errors:
/// InvalidArgument (unknown format, no key in it, passphrase missing or wrong).
Expected<PrivateKey> load_private_key(ByteView bytes, std::string_view name,
                                      const Secret* passphrase = nullptr);

/// Reads the public key in a file's bytes: a public key, a certificate or a private key; PEM or DER. Errors:
/// InvalidArgument.
Expected<PublicKey> load_public_key(ByteView bytes, std::string_view name,
                                    const Secret* passphrase = nullptr);

} // namespace bgs2::pki
