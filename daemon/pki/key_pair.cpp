// SPDX-License-Identifier: Apache-2.0
#include "daemon/pki/key_pair.h"

#include "daemon/pki/file_format.h"
#include "daemon/pki/key_file.h"
#include "daemon/pki/pem.h"
#include "daemon/pki/pkcs12.h"

#include <fmt/format.h>

#include <algorithm>
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

Expected<std::vector<Certificate>> certificates_of(const std::vector<PemBlock>& blocks, std::string_view name,
                                                   std::size_t wanted) {
    std::vector<Certificate> chain;
    for (std::size_t i = 0; i < blocks.size() && chain.size() < wanted; ++i) {
        if (format_of_label(blocks[i].label) != FileFormat::certificate)
            continue;
        ByteView der = blocks[i].content.bytes();
        // OpenSSL's own label: trust settings follow the certificate.
        if (blocks[i].label == "TRUSTED CERTIFICATE")
            der = first_value(der).value_or(der);
        auto certificate = Certificate::from_der(der, fmt::format("PEM block {} of {}", i + 1, name));
        if (!certificate)
            return std::unexpected(std::move(certificate.error()));
        chain.push_back(std::move(*certificate));
    }
    if (chain.empty())
        return fail(invalid, fmt::format("{} contains \"{}\", not a certificate", name, blocks.front().label),
                    std::string(hint_for_certificate(format_of_label(blocks.front().label))));
    return chain;
}

Bytes copy_of(ByteView bytes) {
    return {bytes.begin(), bytes.end()};
}

/// Stores the chain in `key_pair` in the format that is sent.
void write_chain(KeyPair& key_pair, CertificateFormat format) {
    if (format == CertificateFormat::pem_chain) {
        key_pair.certificate = write_pem(key_pair.chain);
        return;
    }
    key_pair.chain.erase(key_pair.chain.begin() + 1, key_pair.chain.end());
    key_pair.certificate = copy_of(key_pair.chain.front().der());
}

Expected<KeyPair> from_pem(const Sources& sources, CertificateFormat format) {
    const auto blocks = read_pem(sources.certificate, sources.certificate_name, invalid);
    if (!blocks)
        return std::unexpected(blocks.error());
    auto chain = certificates_of(*blocks, sources.certificate_name,
                                 format == CertificateFormat::der ? 1 : blocks->size());
    if (!chain)
        return std::unexpected(std::move(chain.error()));
    KeyPair key_pair;
    key_pair.chain = std::move(*chain);
    if (format != CertificateFormat::as_is)
        write_chain(key_pair, format);
    else if (std::ranges::any_of(*blocks, &PemBlock::has_private_key))
        return would_give_key_away(sources.certificate_name);
    else
        key_pair.certificate = copy_of(sources.certificate);
    return key_pair;
}

Expected<KeyPair> from_der(const Sources& sources) {
    auto certificate = Certificate::from_der(sources.certificate, sources.certificate_name);
    if (!certificate)
        return std::unexpected(std::move(certificate.error()));
    KeyPair key_pair;
    key_pair.certificate = copy_of(sources.certificate);
    key_pair.chain.push_back(std::move(*certificate));
    return key_pair;
}

Expected<KeyPair> from_pkcs12(const Sources& sources, CertificateFormat format) {
    if (format == CertificateFormat::as_is)
        return would_give_key_away(sources.certificate_name);
    auto store = read_pkcs12(sources.certificate, sources.certificate_name, sources.passphrase, invalid);
    if (!store)
        return std::unexpected(std::move(store.error()));
    if (store->certificates.empty())
        return fail(invalid,
                    fmt::format("the PKCS#12 store {} contains no certificate", sources.certificate_name),
                    "export it again together with the certificate");
    KeyPair key_pair;
    key_pair.chain = std::move(store->certificates);
    write_chain(key_pair, format);
    if (!sources.key && sources.loaded_key == nullptr && sources.key_from_certificate)
        key_pair.private_key = std::move(store->key);
    return key_pair;
}

Expected<KeyPair> load_certificate(const Sources& sources, CertificateFormat format) {
    switch (const FileFormat file_format = detect_format(sources.certificate)) {
    case FileFormat::certificate:
        return from_der(sources);
    case FileFormat::pem:
        return from_pem(sources, format);
    case FileFormat::pkcs12:
        return from_pkcs12(sources, format);
    default:
        return fail(
            invalid,
            fmt::format("{} is {}, not a certificate", sources.certificate_name, description(file_format)),
            std::string(hint_for_certificate(file_format)));
    }
}

} // namespace

std::string KeyPair::thumbprint() const {
    return sha1_hex(certificate);
}

Expected<KeyPair> load(const Sources& sources, CertificateFormat format, KeyFormat key_format) {
    auto key_pair = load_certificate(sources, format);
    if (!key_pair)
        return key_pair;
    if (sources.key) {
        auto key = load_private_key(*sources.key, sources.key_name, sources.passphrase);
        if (!key)
            return std::unexpected(std::move(key.error()));
        key_pair->private_key = std::move(*key);
        if (detect_format(*sources.key) == FileFormat::private_key) {
            key_pair->key = Secret::copy_of(*sources.key);
            return key_pair;
        }
    }
    if (sources.loaded_key != nullptr)
        key_pair->private_key = *sources.loaded_key;
    if (const auto& private_key = key_pair->private_key) {
        auto key = private_key->to_der(key_format);
        if (!key)
            return std::unexpected(std::move(key.error()));
        key_pair->key = std::move(*key);
    }
    return key_pair;
}

} // namespace bgs2::pki
