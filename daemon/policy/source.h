// SPDX-License-Identifier: Apache-2.0
// Where a certificate, a key or a passphrase comes from: a file, a systemd credential or a token, by a name
// with placeholders.
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
    std::string
        name; ///< an absolute path, a credential's name or a whole URI; may hold {imei}, {model} and {serial}

    bool operator==(const Source&) const = default;
};

/// As it stands in a policy: `/path`, `credential:name` or `pkcs11:...`. No secret: a URI holds no PIN.
std::string to_string(const Source& source);

/// Errors: InvalidArgument (empty, a relative path, a scheme that is not known, a credential's name with a
/// `/` in it, a URI of RFC 7512 that is misspelt or has the attribute `pin-value`, which would show the PIN
/// to whoever can read the policy; an unknown or unclosed placeholder, a NUL).
Expected<Source> parse_source(std::string_view text);

/// `text` with its placeholders replaced by what is known of the modem. A value can only ever be a part of
/// one file name: what is empty, `.`, `..`, or holds a `/` or a NUL is refused. Errors: InvalidArgument.
Expected<std::string> expand(std::string_view text, const ModemAttributes& attributes);

/// The file that a source stands for with this modem. `credentials` is $CREDENTIALS_DIRECTORY, empty if
/// systemd passed none. Errors: InvalidArgument (what expand() refuses; a key on a token), NotFound (a
/// credential is asked for and there are none at all). Whether the file exists is not looked at.
Expected<std::filesystem::path> locate(const Source& source, const ModemAttributes& attributes,
                                       const std::filesystem::path& credentials);

/// The URI that a source of the kind pkcs11 stands for with this modem; what it takes from the modem is
/// percent-encoded where it has to be, and confined as with expand(). Errors: InvalidArgument.
Expected<std::string> token_uri(const Source& source, const ModemAttributes& attributes);

} // namespace bgs2::policy
