// SPDX-License-Identifier: Apache-2.0
// Private keys on PKCS#11 tokens, by URIs of RFC 7512: for signing, or
// exported if the token allows that.
#pragma once

#include "daemon/base/error.h"
#include "daemon/pki/private_key.h"
#include "daemon/pki/secret.h"
#include "daemon/pki/signer.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>

namespace bgs2::pki {

/// Succeeds if this build can use tokens (BGS2_PKCS11). Errors: NotSupported; then every other function here
/// fails with the same error.
Expected<void> tokens_supported();

/// The file in the URI's `pin-source=`, as `file:/path` or `/path`; nothing if it has none. Errors:
/// InvalidArgument (an invalid URI, a URI that contains the PIN, or a pin-source that is not a file).
Expected<std::optional<std::filesystem::path>> pin_file(std::string_view text);

/// Signs with an RSA key on the token; stays logged in as long as it lives. `pin` is null if there is none.
/// This process tries a wrong PIN once only, since tokens count attempts and lock. May block as long as the
/// token does. Errors: NotFound (no such module, token or key), InvalidArgument (several tokens or keys
/// match, the PIN is missing or wrong, no RSA key), AccessDenied (the PIN is locked), NotSupported (a key
/// that requires its PIN at each use), Failed (an error of the token).
Expected<std::shared_ptr<const Signer>> token_signer(std::string_view uri, const Secret* pin);

/// Exports an RSA or EC key. Errors: those of token_signer(); NotSupported (the token does not export the
/// key, or it is of another type).
Expected<PrivateKey> read_token_key(std::string_view uri, const Secret* pin);

} // namespace bgs2::pki
