// SPDX-License-Identifier: Apache-2.0
#include "daemon/pki/file_format.h"

#include "daemon/base/counted.h"
#include "daemon/base/words.h"
#include "daemon/pki/conversion.h"
#include "daemon/pki/openssl.h"
#include "daemon/pki/wrapping.h"

#include <fmt/format.h>
#include <openssl/err.h>

#include <algorithm>
#include <array>

namespace bgs2::pki {

namespace {

enum Tag : std::uint8_t {
    integer = 0x02,
    bit_string = 0x03,
    octet_string = 0x04,
    oid = 0x06,
    sequence = 0x30,
};

/// One value of DER: tag, length, content.
struct Value {
    std::uint8_t tag = 0;
    std::size_t header = 0;  ///< bytes of tag and length
    std::size_t length = 0;  ///< of the content, as announced
    bool indefinite = false; ///< BER: the content ends with a marker (PKCS#12 of some tools)
    ByteView content;        ///< as far as present
    ByteView rest;           ///< what follows
};

std::optional<Value> read_value(ByteView bytes) {
    if (bytes.size() < 2)
        return std::nullopt;
    Value value;
    value.tag = std::to_integer<std::uint8_t>(bytes[0]);
    value.header = 2;
    const auto first = std::to_integer<std::size_t>(bytes[1]);
    if (first == 0x80) {
        value.indefinite = true;
        value.content = bytes.subspan(value.header);
        value.length = value.content.size();
        return value;
    }
    if (first < 0x80) {
        value.length = first;
    } else {
        const std::size_t count = first & 0x7fU;
        if (count > 4 || bytes.size() < 2 + count)
            return std::nullopt;
        value.header += count;
        for (const std::byte byte : bytes.subspan(2, count))
            value.length = value.length << 8U | std::to_integer<std::size_t>(byte);
    }
    const std::size_t there = std::min(value.length, bytes.size() - value.header);
    value.content = bytes.subspan(value.header, there);
    value.rest = bytes.subspan(value.header + there);
    return value;
}

template<class Pointer, auto Read>
bool reads_as(ByteView der) {
    ERR_set_mark();
    const unsigned char* position = bytes_of(der);
    const bool well = Pointer(Read(nullptr, &position, static_cast<long>(der.size()))) != nullptr;
    ERR_pop_to_mark();
    return well;
}

FileFormat detect_signed(ByteView der) {
    if (reads_as<X509Ptr, d2i_X509>(der))
        return FileFormat::certificate;
    if (reads_as<RequestPtr, d2i_X509_REQ>(der))
        return FileFormat::certificate_request;
    if (reads_as<RevocationListPtr, d2i_X509_CRL>(der))
        return FileFormat::revocation_list;
    // The structure is that of a certificate: the decoder reports the error.
    return FileFormat::certificate;
}

FileFormat detect_der(ByteView der) {
    const auto outer = read_value(der);
    if (!outer || outer->tag != sequence)
        return FileFormat::unknown;
    const auto first = read_value(outer->content);
    if (!first)
        return FileFormat::unknown;
    const auto second = read_value(first->rest);
    if (first->tag == oid)
        return FileFormat::pkcs7;
    if (!second)
        return FileFormat::unknown;
    if (first->tag == integer) {
        // RSAPublicKey consists of modulus and exponent; everything else begins with a small version.
        const bool version = first->length == 1;
        if (second->tag == integer)
            return version ? FileFormat::private_key : FileFormat::public_key;
        if (second->tag == octet_string && version)
            return FileFormat::private_key;
        if (second->tag == sequence && version)
            return first->content.front() == std::byte{3} ? FileFormat::pkcs12 : FileFormat::private_key;
        return FileFormat::unknown;
    }
    if (first->tag != sequence)
        return FileFormat::unknown;
    if (second->tag == octet_string)
        return FileFormat::encrypted_key;
    if (second->tag == bit_string)
        return FileFormat::public_key;
    return second->tag == sequence ? detect_signed(der) : FileFormat::unknown;
}

struct FileFormatRow {
    FileFormat value;
    std::string_view description;
    std::string_view hint_for_certificate;
    std::string_view hint_for_key;
    std::optional<Conversion> conversion = std::nullopt; ///< the command in hints, at "{}"
};

constexpr std::string_view export_certificate = "export the certificate as PEM or DER";
constexpr std::string_view export_key = "export the private key as PEM or DER (PKCS#8)";
constexpr std::string_view copy_again = "copy the original file again, in binary mode";
constexpr std::string_view is_secret =
    "name the file of the certificate here, and this file as its private key";
constexpr std::string_view convert = "convert it: {}";

constexpr EnumTable file_formats{
    FileFormatRow{FileFormat::empty, "empty", "check how the file was created",
                  "check how the file was created"},
    FileFormatRow{FileFormat::pem, "PEM", export_certificate, export_key},
    FileFormatRow{FileFormat::certificate, "a certificate", export_certificate,
                  "name the file that contains its private key"},
    FileFormatRow{FileFormat::private_key, "a private key", is_secret, export_key},
    FileFormatRow{FileFormat::encrypted_key, "an encrypted private key", is_secret, export_key},
    FileFormatRow{FileFormat::public_key, "a public key", "name the certificate that contains it",
                  "name the private key instead"},
    FileFormatRow{FileFormat::certificate_request, "a certificate signing request",
                  "have a CA sign the request, then use the certificate",
                  "name the private key that the request was created with"},
    FileFormatRow{FileFormat::revocation_list, "a certificate revocation list",
                  "name the certificate instead", export_key},
    FileFormatRow{FileFormat::pkcs7, "a PKCS#7 bundle", convert,
                  "name the file of the key: a PKCS#7 bundle contains no private key", Conversion::pkcs7_der},
    FileFormatRow{FileFormat::pkcs7_pem, "a PKCS#7 bundle", convert,
                  "name the file of the key: a PKCS#7 bundle contains no private key", Conversion::pkcs7_pem},
    FileFormatRow{FileFormat::pkcs12, "a PKCS#12 store", export_certificate, export_key},
    FileFormatRow{FileFormat::jks, "a Java keystore", convert, convert, Conversion::jks},
    FileFormatRow{FileFormat::jceks, "a Java keystore (JCEKS)", convert, convert, Conversion::jceks},
    FileFormatRow{FileFormat::openssh_key, "an OpenSSH private key", is_secret, "convert a copy: {}",
                  Conversion::openssh_key},
    FileFormatRow{FileFormat::openssh_public_key, "an OpenSSH public key",
                  "name the certificate that contains it", "name the private key instead"},
    FileFormatRow{FileFormat::putty_key, "a private key of PuTTY (.ppk)", is_secret,
                  "export it from PuTTYgen: Conversions, Export OpenSSH key"},
    FileFormatRow{FileFormat::parameters, "key parameters only", export_certificate, export_key},
    FileFormatRow{FileFormat::web_page, "a web page",
                  "download the file again, and check that no login page or error page comes instead",
                  "download the file again, and check that no login page or error page comes instead"},
    FileFormatRow{FileFormat::xml, "an XML document", export_certificate, export_key},
    FileFormatRow{FileFormat::xml_key, "a key as XML (.NET)", is_secret, export_key},
    FileFormatRow{FileFormat::json, "a JSON document", "write the certificate in it to a file of its own",
                  "write the private key in it to a file of its own"},
    FileFormatRow{FileFormat::zip, "a ZIP archive", "unpack it, and name the file in it: {}",
                  "unpack it, and name the file in it: {}", Conversion::zip},
    FileFormatRow{FileFormat::gzip, "a gzip file", "decompress it: {}", "decompress it: {}",
                  Conversion::gzip},
    FileFormatRow{FileFormat::git_lfs, "a pointer of Git LFS",
                  "fetch the file itself in its repository with Git LFS, and copy that",
                  "fetch the file itself in its repository with Git LFS, and copy that"},
    FileFormatRow{FileFormat::ansible_vault, "a file that is encrypted with Ansible Vault",
                  "decrypt it with Ansible Vault when it is copied here",
                  "decrypt it with Ansible Vault when it is copied here"},
    FileFormatRow{FileFormat::age, "a file that is encrypted with age", "decrypt it with age",
                  "decrypt it with age"},
    FileFormatRow{FileFormat::utf16, "text in UTF-16, and damaged", "save it again as ASCII or UTF-8",
                  "save it again as ASCII or UTF-8"},
    FileFormatRow{FileFormat::mangled,
                  "binary data damaged by a text conversion (bytes above 7f became ef bf bd)", copy_again,
                  copy_again},
    FileFormatRow{FileFormat::unknown, "in an unknown format", export_certificate, export_key},
};

struct Label {
    std::string_view label;
    FileFormat file_format;
};

constexpr std::array labels{
    Label{"CERTIFICATE", FileFormat::certificate},
    Label{"X509 CERTIFICATE", FileFormat::certificate},
    Label{"TRUSTED CERTIFICATE", FileFormat::certificate},
    Label{"PRIVATE KEY", FileFormat::private_key},
    Label{"RSA PRIVATE KEY", FileFormat::private_key},
    Label{"EC PRIVATE KEY", FileFormat::private_key},
    Label{"DSA PRIVATE KEY", FileFormat::private_key},
    Label{"ENCRYPTED PRIVATE KEY", FileFormat::encrypted_key},
    Label{"PUBLIC KEY", FileFormat::public_key},
    Label{"RSA PUBLIC KEY", FileFormat::public_key},
    Label{"CERTIFICATE REQUEST", FileFormat::certificate_request},
    Label{"NEW CERTIFICATE REQUEST", FileFormat::certificate_request},
    Label{"X509 CRL", FileFormat::revocation_list},
    Label{"PKCS7", FileFormat::pkcs7_pem},
    Label{"CMS", FileFormat::pkcs7_pem},
    Label{"OPENSSH PRIVATE KEY", FileFormat::openssh_key},
    Label{"AGE ENCRYPTED FILE", FileFormat::age},
    Label{"EC PARAMETERS", FileFormat::parameters},
    Label{"DH PARAMETERS", FileFormat::parameters},
};

/// The beginning of a file.
struct Magic {
    std::string_view bytes;
    FileFormat file_format;
};

constexpr std::array magics{
    Magic{"\xfe\xed\xfe\xed", FileFormat::jks},
    Magic{"\xce\xce\xce\xce", FileFormat::jceks},
    Magic{"PK\x03\x04", FileFormat::zip},
    Magic{"\x1f\x8b", FileFormat::gzip},
    Magic{"0\xef\xbf\xbd", FileFormat::mangled},
    Magic{"version https://git-lfs.github.com/", FileFormat::git_lfs},
    Magic{"$ANSIBLE_VAULT;", FileFormat::ansible_vault},
    Magic{"age-encryption.org/", FileFormat::age},
    Magic{"PuTTY-User-Key-File-", FileFormat::putty_key},
    Magic{"ssh-rsa ", FileFormat::openssh_public_key},
    Magic{"ssh-ed25519 ", FileFormat::openssh_public_key},
    Magic{"ecdsa-sha2-", FileFormat::openssh_public_key},
};

bool contains_ignoring_case(std::string_view text, std::string_view lower) {
    const auto same = [](char one, char other) {
        return (one >= 'A' && one <= 'Z' ? one - 'A' + 'a' : one) == other;
    };
    return !std::ranges::search(text, lower, same).empty();
}

/// Text with brackets around it; `text` begins with no blank.
FileFormat detect_document(std::string_view text) {
    constexpr std::size_t beginning = 1024;
    if (text.starts_with('<')) {
        if (text.contains("KeyValue>"))
            return FileFormat::xml_key;
        return contains_ignoring_case(text.substr(0, beginning), "<html") ||
                       contains_ignoring_case(text.substr(0, beginning), "<!doctype html")
                   ? FileFormat::web_page
                   : FileFormat::xml;
    }
    if (!text.starts_with('{') && !text.starts_with('['))
        return FileFormat::unknown;
    const auto next = text.find_first_not_of(" \t\r\n", 1);
    return next != std::string_view::npos && std::string_view("\"{[").contains(text[next])
               ? FileFormat::json
               : FileFormat::unknown;
}

/// `hint` with the command in the place of its "{}".
std::string with_command(std::string_view hint, std::optional<Conversion> conversion, std::string_view name) {
    const auto place = hint.find("{}");
    if (place == std::string_view::npos || !conversion)
        return std::string(hint);
    return fmt::format("{}{}{}", hint.substr(0, place), command(*conversion, name), hint.substr(place + 2));
}

} // namespace

FileFormat detect_format(ByteView bytes) {
    const std::string_view text = as_text(bytes);
    const auto* magic = std::ranges::find_if(
        magics, [&](const Magic& candidate) { return text.starts_with(candidate.bytes); });
    if (magic != magics.end())
        return magic->file_format;
    if (is_utf16(bytes))
        return FileFormat::utf16;
    if (const FileFormat file_format = detect_der(bytes); file_format != FileFormat::unknown)
        return file_format;
    const auto first =
        text.find_first_not_of(text.starts_with("\xef\xbb\xbf") ? "\xef\xbb\xbf \t\r\n" : " \t\r\n");
    if (first == std::string_view::npos)
        return FileFormat::empty;
    if (const FileFormat file_format = detect_document(text.substr(first));
        file_format != FileFormat::unknown)
        return file_format;
    return text.contains("-----BEGIN ") ? FileFormat::pem : FileFormat::unknown;
}

FileFormat format_of_label(std::string_view label) {
    const auto* found = std::ranges::find(labels, label, &Label::label);
    return found == labels.end() ? FileFormat::unknown : found->file_format;
}

std::string_view description(FileFormat file_format) {
    return file_formats.at(file_format).description;
}

std::string hint_for_certificate(FileFormat file_format, std::string_view name) {
    const FileFormatRow& row = file_formats.at(file_format);
    return with_command(row.hint_for_certificate, row.conversion, name);
}

std::string hint_for_key(FileFormat file_format, std::string_view name) {
    const FileFormatRow& row = file_formats.at(file_format);
    return with_command(row.hint_for_key, row.conversion, name);
}

std::optional<Error> check_length(ByteView der, std::string_view name, ErrorCode code) {
    const auto value = read_value(der);
    if (!value || value->indefinite)
        return Error{code, fmt::format("{} is not DER", name), std::string(copy_again)};
    if (value->content.size() < value->length)
        return Error{code,
                     fmt::format("{} is truncated: {} of its {} bytes are present", name, der.size(),
                                 value->header + value->length),
                     std::string(copy_again)};
    if (!value->rest.empty())
        return Error{code,
                     fmt::format("{} has {} after the end of its DER data, at offset {}", name,
                                 counted(value->rest.size(), "byte"), value->header + value->length),
                     "remove the trailing bytes, such as a line end: modems refuse them"};
    return std::nullopt;
}

std::optional<ByteView> first_value(ByteView der) {
    const auto value = read_value(der);
    if (!value || value->indefinite || value->content.size() < value->length)
        return std::nullopt;
    return der.first(value->header + value->length);
}

} // namespace bgs2::pki
