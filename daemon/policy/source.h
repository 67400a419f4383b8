// SPDX-License-Identifier: Apache-2.0
// The source of a certificate, a key or a passphrase: a file, a systemd
// credential or a token, with placeholders in its name.
#pragma once

#include "daemon/base/error.h"
#include "daemon/policy/modem_attributes.h"

#include <filesystem>
#include <string>
#include <string_view>

namespace bgs2::policy {

enum class SourceKind {
    file,       ///< `/etc/bgs2d/certs/{imei}.pem`
    credential, ///< `credential:{imei}.key`: a file of $CREDENTIALS_DIRECTORY (systemd.exec(5),
                ///< LoadCredential=)
    pkcs11,     ///< `pkcs11:token=gateway;object={imei}`: a key on a token (RFC 7512)
};

struct Source {
    SourceKind kind = SourceKind::file;
    std::string name; ///< an absolute path, the name of a credential or a whole URI; may contain {imei},
                      ///< {model} and {serial}

    bool operator==(const Source&) const = default;
};

/// In the syntax of a policy: `/path`, `credential:name` or `pkcs11:...`. Not secret: a URI contains no PIN.
std::string to_string(const Source& source);

/// Errors: InvalidArgument (empty, a relative path, an unknown scheme, the name of a credential with a `/`,
/// an invalid URI of RFC 7512 or one with the attribute `pin-value`, which would show the PIN to every reader
/// of the policy; an unknown or unclosed placeholder, a variable such as `${HOME}`,
/// a NUL), NotSupported (a token, in a build without BGS2_PKCS11). Errors quote nothing of the text: people
/// write secrets there by mistake.
Expected<Source> parse_source(std::string_view text);

/// `text` with its placeholders replaced by the modem's attributes. A value can only be a part of one file
/// name: refuses a value that is empty, `.`, `..`, or contains a `/` or a NUL. Errors: InvalidArgument.
Expected<std::string> expand(std::string_view text, const ModemAttributes& attributes);

/// The file of a source for this modem. `credentials` is $CREDENTIALS_DIRECTORY, empty if systemd passed
/// none. Errors: InvalidArgument (errors of expand(); a key on a token), NotFound (a credential is required
/// and there are none at all). Does not check whether the file exists.
Expected<std::filesystem::path> locate(const Source& source, const ModemAttributes& attributes,
                                       const std::filesystem::path& credentials);

/// The URI of a source of the kind pkcs11 for this modem; attributes of the modem are percent-encoded if
/// necessary, and restricted as in expand(). Errors: InvalidArgument.
Expected<std::string> token_uri(const Source& source, const ModemAttributes& attributes);

} // namespace bgs2::policy
