// SPDX-License-Identifier: Apache-2.0
#include "daemon/pki/conversion.h"

#include "daemon/base/words.h"

#include <algorithm>

namespace bgs2::pki {

namespace {

struct ConversionRow {
    Conversion value;
    std::string_view command;
    std::string_view suffix; ///< of the file that it writes
};

constexpr std::string_view placeholder = "FILE";

constexpr EnumTable conversions{
    ConversionRow{Conversion::pkcs7_der, "openssl pkcs7 -inform DER -in FILE -print_certs -out FILE.pem",
                  ".pem"},
    ConversionRow{Conversion::pkcs7_pem, "openssl pkcs7 -in FILE -print_certs -out FILE.pem", ".pem"},
    ConversionRow{Conversion::jks,
                  "keytool -importkeystore -srckeystore FILE -destkeystore FILE.p12 -deststoretype PKCS12",
                  ".p12"},
    ConversionRow{Conversion::jceks,
                  "keytool -importkeystore -srckeystore FILE -srcstoretype JCEKS -destkeystore FILE.p12 "
                  "-deststoretype PKCS12",
                  ".p12"},
    ConversionRow{Conversion::openssh_key, "cp FILE FILE.pem && ssh-keygen -p -N \"\" -m PEM -f FILE.pem",
                  ".pem"},
    ConversionRow{Conversion::gzip, "gzip -dc FILE > FILE.out", ".out"},
    ConversionRow{Conversion::zip, "unzip FILE -d FILE.d", ".d"},
    ConversionRow{Conversion::decrypted_key, "openssl pkey -in FILE -out FILE.pem", ".pem"},
    ConversionRow{Conversion::newer_key_cipher,
                  "openssl pkey -provider default -provider legacy -in FILE -aes256 -out FILE.pem", ".pem"},
    ConversionRow{Conversion::newer_store_cipher, "openssl pkcs12 -legacy -in FILE -out FILE.pem", ".pem"},
    ConversionRow{Conversion::fewer_key_rounds, "openssl pkey -in FILE -aes256 -out FILE.pem", ".pem"},
    ConversionRow{Conversion::fewer_store_rounds, "openssl pkcs12 -in FILE -out FILE.pem", ".pem"},
};

/// Names in messages can be descriptions, such as "standard input".
bool is_path(std::string_view name) {
    return name != "-" && (name.contains('/') || !name.contains(' '));
}

} // namespace

std::string shell_word(std::string_view path) {
    constexpr std::string_view harmless = "/._-+,:@%=";
    std::string word;
    for (const char c : path) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                           static_cast<unsigned char>(c) >= 0x80 || harmless.contains(c);
        if (!plain)
            word += '\\';
        word += c;
    }
    return word.starts_with('-') ? "./" + word : word;
}

std::string command(Conversion conversion, std::string_view name) {
    const std::string word = is_path(name) ? shell_word(name) : std::string(placeholder);
    std::string text = "'";
    std::string_view rest = conversions.at(conversion).command;
    for (auto at = rest.find(placeholder); at != std::string_view::npos; at = rest.find(placeholder)) {
        text.append(rest.substr(0, at)).append(word);
        rest.remove_prefix(at + placeholder.size());
    }
    return text.append(rest).append("'");
}

std::string result_of(Conversion conversion, std::string_view name) {
    return std::string(name).append(conversions.at(conversion).suffix);
}

} // namespace bgs2::pki
