// SPDX-License-Identifier: Apache-2.0
#include "daemon/pki/pkcs12.h"

#include "daemon/base/counted.h"
#include "daemon/pki/conversion.h"
#include "daemon/pki/key_derivation.h"
#include "daemon/pki/openssl.h"

#include <fmt/format.h>
#include <openssl/err.h>

#include <algorithm>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <utility>

namespace bgs2::pki {

namespace {

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

/// A passphrase as OpenSSL takes it: UTF-8 that ends with a NUL, or null.
struct Passphrase {
    const char* text = nullptr;
    int size = 0;
};

/// The error at the front of the queue, if reading fails.
struct Obstacle {
    std::string reason;
    bool unsupported = false;                   ///< a cipher that OpenSSL lacks: no passphrase helps
    std::optional<Error> excess = std::nullopt; ///< it would take too long with any passphrase
};

std::unexpected<Obstacle> obstacle() {
    OpensslError error = take_openssl_error();
    return std::unexpected(Obstacle{.reason = std::move(error.reason), .unsupported = error.unsupported});
}

/// The error if `cost` is too high for the store `name`.
std::optional<Error> excess_of(const DerivationCost& cost, std::string_view name, ErrorCode code) {
    auto excess = cost.excess(name, code, command(Conversion::fewer_store_rounds, name));
    if (excess)
        excess->hint += ", and name the result as the certificate and as its private key";
    return excess;
}

/// The rounds for the MAC of a store.
DerivationCost cost_of_mac(const PKCS12* store) {
    DerivationCost cost;
    const X509_ALGOR* algorithm = nullptr;
    const ASN1_INTEGER* rounds = nullptr;
    PKCS12_get0_mac(nullptr, &algorithm, nullptr, &rounds, store);
    if (algorithm != nullptr)
        cost.add(*algorithm);
    std::uint64_t number = 0;
    if (rounds != nullptr && ASN1_INTEGER_get_uint64(&number, rounds) == 1)
        cost.add_rounds(number);
    else if (rounds != nullptr)
        cost.add_rounds(max_derivation_rounds + 1);
    take_openssl_error();
    return cost;
}

/// Decrypts a store with one passphrase.
class Pkcs12Reader {
  public:
    Pkcs12Reader(Passphrase passphrase, std::string_view name, ErrorCode code, DerivationCost cost)
      : passphrase_(passphrase)
      , name_(name)
      , code_(code)
      , cost_(cost) {}

    std::expected<Pkcs12Store, Obstacle> read(const PKCS12* store) {
        const ContentsPtr parts(PKCS12_unpack_authsafes(store));
        if (!parts)
            return obstacle();
        for (int i = 0; i < sk_PKCS7_num(parts.get()); ++i) {
            PKCS7* part = sk_PKCS7_value(parts.get(), i);
            const bool encrypted = PKCS7_type_is_encrypted(part);
            if (!encrypted && !PKCS7_type_is_data(part))
                continue;
            if (encrypted && part->d.encrypted != nullptr) {
                if (auto done = add_cost(part->d.encrypted->enc_data->algorithm); !done)
                    return std::unexpected(std::move(done.error()));
            }
            const BagsPtr bags(encrypted ? PKCS12_unpack_p7encdata(part, passphrase_.text, passphrase_.size)
                                         : PKCS12_unpack_p7data(part));
            if (!bags)
                return obstacle();
            if (auto done = read_bags(bags.get()); !done)
                return std::unexpected(std::move(done.error()));
        }
        return std::move(result_);
    }

  private:
    struct FreeContents {
        void operator()(STACK_OF(PKCS7) * stack) const noexcept { sk_PKCS7_pop_free(stack, PKCS7_free); }
    };
    struct FreeBags {
        void operator()(STACK_OF(PKCS12_SAFEBAG) * stack) const noexcept {
            sk_PKCS12_SAFEBAG_pop_free(stack, PKCS12_SAFEBAG_free);
        }
    };
    using ContentsPtr = std::unique_ptr<STACK_OF(PKCS7), FreeContents>;
    using BagsPtr = std::unique_ptr<STACK_OF(PKCS12_SAFEBAG), FreeBags>;

    std::expected<void, Obstacle> read_bags(const STACK_OF(PKCS12_SAFEBAG) * bags) {
        for (int i = 0; i < sk_PKCS12_SAFEBAG_num(bags); ++i) {
            const PKCS12_SAFEBAG* bag = sk_PKCS12_SAFEBAG_value(bags, i);
            std::expected<void, Obstacle> done;
            switch (PKCS12_SAFEBAG_get_nid(bag)) {
            case NID_keyBag:
                done = add_key(PKCS12_SAFEBAG_get0_p8inf(bag));
                break;
            case NID_pkcs8ShroudedKeyBag:
                done = add_cost(algorithm_of(PKCS12_SAFEBAG_get0_pkcs8(bag)));
                if (done)
                    done =
                        add_key(Pkcs8Ptr(PKCS12_decrypt_skey(bag, passphrase_.text, passphrase_.size)).get());
                break;
            case NID_certBag:
                if (PKCS12_SAFEBAG_get_bag_nid(bag) == NID_x509Certificate)
                    done = add_certificate(X509Ptr(PKCS12_SAFEBAG_get1_cert(bag)).get());
                break;
            case NID_safeContentsBag:
                done = read_bags(PKCS12_SAFEBAG_get0_safes(bag));
                break;
            default:
                break; // a secret or a revocation list
            }
            if (!done)
                return done;
        }
        return {};
    }

    static const X509_ALGOR* algorithm_of(const X509_SIG* encrypted) {
        const X509_ALGOR* algorithm = nullptr;
        if (encrypted != nullptr)
            X509_SIG_get0(encrypted, &algorithm, nullptr);
        return algorithm;
    }

    std::expected<void, Obstacle> add_cost(const X509_ALGOR* algorithm) {
        if (algorithm != nullptr)
            cost_.add(*algorithm);
        if (auto excess = excess_of(cost_, name_, code_))
            return std::unexpected(Obstacle{.reason = {}, .unsupported = false, .excess = std::move(excess)});
        return {};
    }

    std::expected<void, Obstacle> add_key(const PKCS8_PRIV_KEY_INFO* plain) {
        KeyPtr key(plain != nullptr ? EVP_PKCS82PKEY(plain) : nullptr);
        if (!key)
            return obstacle();
        result_.keys.emplace_back(std::shared_ptr<EVP_PKEY>(std::move(key)));
        return {};
    }

    std::expected<void, Obstacle> add_certificate(X509* x509) {
        if (x509 == nullptr)
            return obstacle();
        auto certificate = copy_of(x509, name_);
        if (!certificate)
            return std::unexpected(Obstacle{.reason = std::move(certificate.error().what)});
        result_.certificates.push_back(std::move(*certificate));
        return {};
    }

    Passphrase passphrase_;
    std::string_view name_;
    ErrorCode code_;
    DerivationCost cost_;
    Pkcs12Store result_;
};

enum class Mac {
    right,
    wrong,
    unknown, ///< absent, or of a kind that OpenSSL does not know
};

Mac check_mac(PKCS12* store, Passphrase passphrase) {
    if (PKCS12_mac_present(store) != 1)
        return Mac::unknown;
    if (PKCS12_verify_mac(store, passphrase.text, passphrase.size) == 1)
        return Mac::right;
    // OpenSSL reports no error if the MAC is another one.
    const bool computed = ERR_peek_error() == 0;
    take_openssl_error();
    return computed ? Mac::wrong : Mac::unknown;
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

    // An empty passphrase has two forms: none, and one of no characters.
    Secret terminated((passphrase != nullptr ? passphrase->size() : 0) + 1);
    if (passphrase != nullptr)
        std::ranges::copy(passphrase->bytes(), terminated.bytes().begin());
    const bool given = terminated.size() > 1;
    const auto* text = reinterpret_cast<const char*>(std::as_const(terminated).bytes().data());
    std::vector<Passphrase> candidates{{text, static_cast<int>(terminated.size() - 1)}};
    if (!given)
        candidates.insert(candidates.begin(), Passphrase{});
    const DerivationCost cost = cost_of_mac(store.get());
    if (auto excess = excess_of(cost, name, code))
        return std::unexpected(std::move(*excess));
    for (const Passphrase& candidate : candidates) {
        const Mac mac = check_mac(store.get(), candidate);
        if (mac == Mac::wrong)
            continue;
        auto content = Pkcs12Reader(candidate, name, code, cost).read(store.get());
        // Looking for the right decoder leaves errors in the queue even if it succeeds.
        take_openssl_error();
        if (content)
            return std::move(*content);
        if (auto& excess = content.error().excess)
            return std::unexpected(std::move(*excess));
        if (content.error().unsupported)
            return fail(code, fmt::format("cannot decrypt {}: {}", name, content.error().reason),
                        fmt::format("convert it: {}, and name the result as the certificate and as its "
                                    "private key",
                                    command(Conversion::newer_store_cipher, name)));
        if (mac == Mac::right)
            return fail(code, fmt::format("cannot read {}: {}", name, content.error().reason),
                        "export it again");
    }
    return given ? fail(code, fmt::format("wrong passphrase for {}", name),
                        "check that the passphrase belongs to this file, and its case")
                 : fail(code, fmt::format("{} is encrypted and requires a passphrase", name),
                        "set the passphrase of the PKCS#12 store");
}

} // namespace bgs2::pki
