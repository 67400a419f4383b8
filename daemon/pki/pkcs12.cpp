// SPDX-License-Identifier: Apache-2.0
#include "daemon/pki/pkcs12.h"

#include "daemon/base/counted.h"
#include "daemon/pki/openssl.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace bgs2::pki {

namespace {

constexpr std::string_view no_longer_offered =
    "convert it with 'openssl pkcs12 -legacy' to PEM, then with 'openssl pkcs12 -export': OpenSSL no longer "
    "supports its encryption";

Expected<Certificate> copy_of(X509* x509, std::string_view name) {
    unsigned char* start = nullptr;
    const int length = i2d_X509(x509, &start);
    if (length < 0)
        return fail(ErrorCode::invalid_certificate, fmt::format("cannot write a certificate in {} as DER: {}",
                                                                name, take_openssl_error().reason));
    const std::unique_ptr<unsigned char, decltype([](unsigned char* bytes) { OPENSSL_free(bytes); })> owned(
        start);
    return Certificate::from_der(std::as_bytes(std::span(start, static_cast<std::size_t>(length))), name);
}

} // namespace

Expected<Pkcs12Store> read_pkcs12(ByteView der, std::string_view name, const Secret* passphrase,
                                  ErrorCode code) {
    const unsigned char* position = bytes_of(der);
    const Pkcs12Ptr store(d2i_PKCS12(nullptr, &position, static_cast<long>(der.size())));
    if (!store)
        return fail(code,
                    fmt::format("{} is not a valid PKCS#12 store: {}", name, take_openssl_error().reason),
                    "export it again");
    if (const auto used = static_cast<std::size_t>(position - bytes_of(der)); used != der.size())
        return fail(code,
                    fmt::format("{} has {} after the end of its PKCS#12 store, at offset {}", name,
                                counted(der.size() - used, "byte"), used),
                    "export it again");
    if (passphrase != nullptr && as_text(passphrase->bytes()).contains('\0'))
        return fail(code, fmt::format("the passphrase of {} contains a NUL byte", name),
                    "check the passphrase file: it must be text");

    // PKCS12_parse requires a terminated string; with null it tries both forms of an empty passphrase.
    Secret terminated((passphrase != nullptr ? passphrase->size() : 0) + 1);
    if (passphrase != nullptr)
        std::ranges::copy(passphrase->bytes(), terminated.bytes().begin());
    const bool given = terminated.size() > 1;
    EVP_PKEY* raw_key = nullptr;
    X509* raw_leaf = nullptr;
    STACK_OF(X509)* raw_others = nullptr;
    const int parsed =
        PKCS12_parse(store.get(), given ? reinterpret_cast<const char*>(terminated.bytes().data()) : nullptr,
                     &raw_key, &raw_leaf, &raw_others);
    KeyPtr key(raw_key);
    const X509Ptr leaf(raw_leaf);
    const X509StackPtr others(raw_others);
    if (parsed != 1) {
        const OpensslError error = take_openssl_error();
        if (error.unsupported)
            return fail(code, fmt::format("cannot decrypt {}: {}", name, error.reason),
                        std::string(no_longer_offered));
        return given ? fail(code, fmt::format("wrong passphrase for {}", name),
                            "check that the passphrase belongs to this file, and its case")
                     : fail(code, fmt::format("{} is encrypted and requires a passphrase", name),
                            "set the passphrase of the PKCS#12 store");
    }
    // Trying an empty passphrase leaves errors in the queue even if it succeeds.
    take_openssl_error();

    Pkcs12Store result;
    if (key)
        result.key.emplace(std::shared_ptr<EVP_PKEY>(std::move(key)));
    std::vector<X509*> all;
    if (leaf)
        all.push_back(leaf.get());
    for (int i = 0; others && i < sk_X509_num(others.get()); ++i)
        all.push_back(sk_X509_value(others.get(), i));
    for (X509* x509 : all) {
        auto certificate = copy_of(x509, name);
        if (!certificate)
            return std::unexpected(std::move(certificate.error()));
        result.certificates.push_back(std::move(*certificate));
    }
    return result;
}

} // namespace bgs2::pki
