// SPDX-License-Identifier: Apache-2.0
// Shell commands that convert a file which cannot be read into one that can: they are part of hints.
#pragma once

#include <string>
#include <string_view>

namespace bgs2::pki {

enum class Conversion {
    pkcs7_der,
    pkcs7_pem,
    jks,
    jceks,
    openssh_key,
    gzip,
    zip,
    decrypted_key,      ///< any encrypted key
    newer_key_cipher,   ///< a key whose encryption OpenSSL has moved to its legacy provider
    newer_store_cipher, ///< the same for a PKCS#12
    fewer_key_rounds,   ///< a key beyond max_derivation_rounds
    fewer_store_rounds, ///< the same for a PKCS#12
};

inline constexpr Conversion last_conversion = Conversion::fewer_store_rounds;

/// The command in single quotes. `name` is the file, as in messages: if it is not a path ("standard input"),
/// the command says FILE.
std::string command(Conversion conversion, std::string_view name);

/// The file (for `zip`: the directory) that the command writes.
std::string result_of(Conversion conversion, std::string_view name);

/// A path as one word of a shell.
std::string shell_word(std::string_view path);

} // namespace bgs2::pki
