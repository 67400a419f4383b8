// SPDX-License-Identifier: Apache-2.0
// What the bytes of a file are, judged by their shape; nothing is decoded that a wrong guess could harm.
#pragma once

#include "daemon/base/bytes.h"
#include "daemon/base/error.h"

#include <cstddef>
#include <optional>
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
    pkcs12,
    java_keystore,
    openssh_key,
    parameters, ///< "EC PARAMETERS", "DH PARAMETERS"
    utf16,
    mangled, ///< DER that went through a conversion of text
    unknown,
};

/// What a file's bytes are. Kinds other than `pem` mean DER, unless they say something else.
FileFormat detect_format(ByteView bytes);

/// What a PEM block with this label holds.
FileFormat format_of_label(std::string_view label);

/// "a certificate signing request": how to speak of it.
std::string_view description(FileFormat file_format);

/// What to do where a certificate (a private key) was wanted and this was found instead.
std::string_view hint_for_certificate(FileFormat file_format);
std::string_view hint_for_key(FileFormat file_format);

/// Nothing if `der` is one whole DER value; else an error with `code`: it is cut off, or something follows
/// it.
std::optional<Error> check_length(ByteView der, std::string_view name, ErrorCode code);

/// The bytes of the first DER value of `der`; nothing if there is no whole one.
std::optional<ByteView> first_value(ByteView der);

} // namespace bgs2::pki
