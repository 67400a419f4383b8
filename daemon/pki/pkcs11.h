// SPDX-License-Identifier: Apache-2.0
// Private keys on PKCS#11 tokens, by URIs of RFC 7512: to sign with, or to read out where the token lets
// that.
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

/// The file that the URI's `pin-source=` names, by `file:/path` or `/path`; nothing if it has none. Errors:
/// InvalidArgument (no URI, one with the PIN in it, or a pin-source that is no file's).
Expected<std::optional<std::filesystem::path>> pin_file(std::string_view text);

/// Signs with the RSA key that the token keeps; stays logged in as long as it lives. `pin` is null if there
/// is none. A wrong PIN is tried once, and never again by this process: tokens count and lock. May take as
/// long as a token does. Errors: NotFound (no such module, token or key), InvalidArgument (several tokens or
/// keys match, the PIN is missing or wrong, no RSA key), AccessDenied (the PIN is locked), NotSupported (a
/// key that asks for its PIN each time), Failed (what the token says).
Expected<std::shared_ptr<const Signer>> token_signer(std::string_view uri, const Secret* pin);

/// Reads an RSA or EC key out. Errors: those of token_signer(); NotSupported (the token keeps the key to
/// itself, or it is of another kind).
Expected<PrivateKey> read_token_key(std::string_view uri, const Secret* pin);

} // namespace bgs2::pki
