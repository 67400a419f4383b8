// SPDX-License-Identifier: Apache-2.0
// Detects the format of a file from the structure of its bytes.
#pragma once

#include "daemon/base/bytes.h"
#include "daemon/base/error.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace bgs2::pki {

enum class FileFormat {
    empty,
    pem, ///< text with at least one "-----BEGIN "
    certificate,
    private_key,   ///< PKCS#8, PKCS#1 or SEC1
    encrypted_key, ///< PKCS#8
    public_key,
    certificate_request,
    revocation_list,
    pkcs7,
    pkcs7_pem, ///< a PEM block
    pkcs12,
    jks, ///< of Java
    jceks,
    openssh_key,
    openssh_public_key,
    putty_key,
    parameters, ///< "EC PARAMETERS", "DH PARAMETERS"
    web_page,
    xml,
    xml_key, ///< of .NET
    json,
    zip,
    gzip,
    git_lfs, ///< a pointer to a file that Git LFS did not fetch
    ansible_vault,
    age,
    utf16,
    mangled, ///< DER that went through a text conversion
    unknown,
};

/// The format of a file that is not wrapped (wrapping.h). Values other than `pem` mean DER, unless they name
/// another format.
FileFormat detect_format(ByteView bytes);

/// The content of a PEM block with this label; PKCS#7 is named `pkcs7_pem`.
FileFormat format_of_label(std::string_view label);

/// A description for messages: "a certificate signing request".
std::string_view description(FileFormat file_format);

/// The hint if this was found instead of a certificate (a private key) in the file `name`.
std::string hint_for_certificate(FileFormat file_format, std::string_view name);
std::string hint_for_key(FileFormat file_format, std::string_view name);

/// Nothing if `der` is exactly one DER value; otherwise an error with `code`: it is truncated, or bytes
/// follow it.
std::optional<Error> check_length(ByteView der, std::string_view name, ErrorCode code);

/// The bytes of the first DER value of `der`; nothing if there is no complete one.
std::optional<ByteView> first_value(ByteView der);

} // namespace bgs2::pki
