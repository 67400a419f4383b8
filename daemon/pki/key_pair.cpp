// SPDX-License-Identifier: Apache-2.0
#include "daemon/pki/key_pair.h"

#include "daemon/base/counted.h"
#include "daemon/pki/file_format.h"
#include "daemon/pki/key_file.h"
#include "daemon/pki/pem.h"
#include "daemon/pki/pkcs12.h"
#include "daemon/pki/wrapping.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <span>
#include <utility>

namespace bgs2::pki {

namespace {

constexpr auto invalid = ErrorCode::invalid_certificate;

std::unexpected<Error> would_give_key_away(std::string_view name) {
    return fail(
        invalid,
        fmt::format("{} contains a private key, which the format as-is would send as part of the certificate",
                    name),
        "use the format der or pem-chain, or a file that contains certificates only");
}

std::unexpected<Error> would_send_wrapping(const Sources& sources) {
    return fail(invalid,
                fmt::format("{} is {}, which the format as-is would send unchanged", sources.certificate_name,
                            is_utf16(sources.certificate) ? "text in UTF-16" : "in Base64 as a whole"),
                "use the format der or pem-chain, which convert it");
}

Expected<std::vector<Certificate>> certificates_in(const std::vector<PemBlock>& blocks,
                                                   std::string_view name) {
    std::vector<Certificate> certificates;
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        if (format_of_label(blocks[i].label) != FileFormat::certificate)
            continue;
        ByteView der = blocks[i].content.bytes();
        // OpenSSL's own label: trust settings follow the certificate.
        if (blocks[i].label == "TRUSTED CERTIFICATE")
            der = first_value(der).value_or(der);
        auto certificate = Certificate::from_der(der, fmt::format("PEM block {} of {}", i + 1, name));
        if (!certificate)
            return std::unexpected(std::move(certificate.error()));
        certificates.push_back(std::move(*certificate));
    }
    if (certificates.empty())
        return fail(invalid, fmt::format("{} contains \"{}\", not a certificate", name, blocks.front().label),
                    hint_for_certificate(format_of_label(blocks.front().label), name));
    return certificates;
}

Bytes copy_of(ByteView bytes) {
    return {bytes.begin(), bytes.end()};
}

/// The content of the certificate's source.
struct CertificateFile {
    std::vector<Certificate> certificates; ///< at least one, in their order
    std::vector<PrivateKey> keys;          ///< of a PKCS#12
    bool der = false;                      ///< sent unchanged in every format
    std::vector<Error> warnings;
};

Expected<CertificateFile> read_pem_file(const Sources& sources, CertificateFormat format) {
    const auto blocks = read_pem(sources.certificate, sources.certificate_name, invalid);
    if (!blocks)
        return std::unexpected(blocks.error());
    auto certificates = certificates_in(*blocks, sources.certificate_name);
    if (!certificates)
        return std::unexpected(std::move(certificates.error()));
    if (format == CertificateFormat::as_is && std::ranges::any_of(*blocks, &PemBlock::has_private_key))
        return would_give_key_away(sources.certificate_name);
    CertificateFile file{.certificates = std::move(*certificates), .keys = {}, .der = false, .warnings = {}};
    if (const auto stray = stray_byte(sources.certificate))
        file.warnings.push_back({invalid,
                                 fmt::format("its file has the byte {:02x} at offset {}, which is no text",
                                             std::to_integer<unsigned>(sources.certificate[*stray]), *stray),
                                 format == CertificateFormat::as_is
                                     ? "set the format der or pem-chain, which "
                                       "leave it out, or copy the file again"
                                     : "copy the original file again"});
    return file;
}

Expected<CertificateFile> read_der_file(const Sources& sources) {
    auto certificate = Certificate::from_der(sources.certificate, sources.certificate_name);
    if (!certificate)
        return std::unexpected(std::move(certificate.error()));
    return CertificateFile{
        .certificates = {std::move(*certificate)}, .keys = {}, .der = true, .warnings = {}};
}

Expected<CertificateFile> read_pkcs12_file(const Sources& sources, CertificateFormat format) {
    if (format == CertificateFormat::as_is)
        return would_give_key_away(sources.certificate_name);
    auto store = read_pkcs12(sources.certificate, sources.certificate_name, sources.passphrase, invalid);
    if (!store)
        return std::unexpected(std::move(store.error()));
    if (store->certificates.empty())
        return fail(invalid,
                    fmt::format("the PKCS#12 store {} contains no certificate", sources.certificate_name),
                    "export it again together with the certificate");
    return CertificateFile{.certificates = std::move(store->certificates),
                           .keys = std::move(store->keys),
                           .der = false,
                           .warnings = {}};
}

Expected<CertificateFile> read_certificate_file(const Sources& sources, CertificateFormat format) {
    switch (const FileFormat file_format = detect_format(sources.certificate)) {
    case FileFormat::certificate:
        return read_der_file(sources);
    case FileFormat::pem:
        return read_pem_file(sources, format);
    case FileFormat::pkcs12:
        return read_pkcs12_file(sources, format);
    default:
        return fail(
            invalid,
            fmt::format("{} is {}, not a certificate", sources.certificate_name, description(file_format)),
            hint_for_certificate(file_format, sources.certificate_name));
    }
}

/// The keys that the certificate may belong to.
Expected<std::vector<PrivateKey>> keys_for(const Sources& sources, CertificateFile& file) {
    if (sources.loaded_key != nullptr)
        return std::vector{*sources.loaded_key};
    if (sources.key)
        return load_private_keys(*sources.key, sources.key_name, sources.passphrase);
    if (sources.key_from_certificate)
        return std::move(file.keys);
    return std::vector<PrivateKey>{};
}

struct Choice {
    std::size_t certificate = 0;
    std::size_t key = 0;
    bool matched = false; ///< they belong together
};

Choice choose(const std::vector<Certificate>& certificates, const std::vector<PrivateKey>& keys) {
    for (std::size_t i = 0; i < certificates.size(); ++i) {
        for (std::size_t j = 0; j < keys.size(); ++j) {
            if (keys[j].matches(certificates[i]))
                return {.certificate = i, .key = j, .matched = true};
        }
    }
    return {};
}

/// Moves a certificate to the front, and its issuers behind it. Returns the length of that chain.
std::size_t order_chain(std::vector<Certificate>& certificates, std::size_t leaf) {
    const auto first = certificates.begin();
    std::rotate(first, first + static_cast<std::ptrdiff_t>(leaf),
                first + static_cast<std::ptrdiff_t>(leaf) + 1);
    auto end = first + 1;
    while (end != certificates.end()) {
        const auto issuer = std::find_if(end, certificates.end(), [&](const Certificate& certificate) {
            return std::prev(end)->is_issued_by(certificate);
        });
        if (issuer == certificates.end())
            break;
        std::rotate(end, issuer, issuer + 1);
        ++end;
    }
    return static_cast<std::size_t>(end - first);
}

/// Its subject, with the serial number if another one of `all` has the same.
std::string name_of(const Certificate& certificate, std::span<const Certificate> all) {
    std::string name = certificate.subject();
    const auto bears_it = [&](const Certificate& each) { return each.subject() == name; };
    if (std::ranges::count_if(all, bears_it) > 1)
        name += " (serial number " + certificate.serial() + ")";
    return name;
}

/// "CN=A; CN=B and 3 others".
std::string list_of(std::span<const Certificate> certificates, std::span<const Certificate> all) {
    constexpr std::size_t most = 5;
    std::string list;
    for (const Certificate& certificate : certificates.first(std::min(certificates.size(), most)))
        list += (list.empty() ? "" : "; ") + name_of(certificate, all);
    if (certificates.size() > most)
        list += fmt::format(" and {}", counted(certificates.size() - most, "other"));
    return list;
}

/// Reduces the chain to its first certificate. The `related` ones at its beginning are left out without a
/// word.
void keep_first(KeyPair& key_pair, std::size_t related) {
    const std::vector<Certificate> all = std::exchange(key_pair.chain, {});
    const Certificate& taken = all.front();
    key_pair.chain.push_back(taken);
    std::vector<Certificate> left_out;
    std::copy_if(all.begin() + static_cast<std::ptrdiff_t>(related), all.end(), std::back_inserter(left_out),
                 [&](const Certificate& certificate) { return certificate != taken; });
    if (!left_out.empty())
        key_pair.warnings.push_back(
            {ErrorCode::invalid_certificate,
             fmt::format("of the {} certificates in its file, {} is used; left out: {}", all.size(),
                         name_of(taken, all), list_of(left_out, all)),
             "name a file that contains only the right certificate, or set the format pem-chain to send "
             "all"});
}

} // namespace

std::string KeyPair::thumbprint() const {
    return sha1_hex(certificate);
}

Expected<KeyPair> load(const Sources& given, CertificateFormat format, KeyFormat key_format) {
    const Unwrapped certificate(given.certificate);
    const Unwrapped wrapped_key(given.key.value_or(ByteView()));
    Sources sources = given;
    sources.certificate = certificate.bytes();
    if (given.key)
        sources.key = wrapped_key.bytes();
    if (certificate.changed() && format == CertificateFormat::as_is)
        return would_send_wrapping(given);
    auto file = read_certificate_file(sources, format);
    if (!file)
        return std::unexpected(std::move(file.error()));
    auto keys = keys_for(sources, *file);
    if (!keys)
        return std::unexpected(std::move(keys.error()));
    const Choice choice = choose(file->certificates, *keys);
    KeyPair key_pair;
    key_pair.chain = std::move(file->certificates);
    key_pair.warnings = std::move(file->warnings);
    if (format == CertificateFormat::as_is || file->der) {
        key_pair.certificate = copy_of(sources.certificate);
    } else {
        std::size_t related = 1;
        if (choice.matched)
            related = order_chain(key_pair.chain, choice.certificate);
        if (format == CertificateFormat::der)
            keep_first(key_pair, related);
        key_pair.certificate = format == CertificateFormat::der ? copy_of(key_pair.chain.front().der())
                                                                : write_pem(key_pair.chain);
    }
    if (keys->empty())
        return key_pair;
    key_pair.private_key = (*keys)[choice.key];
    if (sources.key && sources.loaded_key == nullptr &&
        detect_format(*sources.key) == FileFormat::private_key) {
        key_pair.key = Secret::copy_of(*sources.key);
        return key_pair;
    }
    auto key = key_pair.private_key->to_der(key_format);
    if (!key)
        return std::unexpected(std::move(key.error()));
    key_pair.key = std::move(*key);
    return key_pair;
}

} // namespace bgs2::pki
