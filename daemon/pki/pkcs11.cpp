// SPDX-License-Identifier: Apache-2.0
#include "daemon/pki/pkcs11.h"

#include "daemon/pki/openssl.h"
#include "daemon/pki/token.h"

#include <fmt/format.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/param_build.h>

#include <array>
#include <mutex>
#include <string>
#include <utility>

namespace bgs2::pki {
namespace {

using BuilderPtr = std::unique_ptr<OSSL_PARAM_BLD, Freer<OSSL_PARAM_BLD_free>>;
using ParametersPtr = std::unique_ptr<OSSL_PARAM, Freer<OSSL_PARAM_free>>;
using SecretNumber = std::unique_ptr<BIGNUM, Freer<BN_clear_free>>;
using GroupPtr = std::unique_ptr<EC_GROUP, Freer<EC_GROUP_free>>;
using PointPtr = std::unique_ptr<EC_POINT, Freer<EC_POINT_free>>;

std::string name_of(const TokenKey& key) {
    return fmt::format("the key {:?} on the token {:?}", key.label(), key.token());
}

std::unexpected<Error> unusable(const TokenKey& key) {
    return fail(ErrorCode::failed,
                fmt::format("cannot read {}: {}", name_of(key), take_openssl_error().reason),
                "check the key with the token vendor's tool");
}

/// A number of the token, most significant byte first; in secure memory. Null if the token does not export
/// it.
SecretNumber number(const TokenKey& key, CK_ATTRIBUTE_TYPE type) {
    const auto value = key.attribute(type);
    if (!value || value->empty())
        return nullptr;
    SecretNumber result = allocated(SecretNumber(BN_secure_new()));
    const ByteView bytes = std::as_const(*value).bytes();
    allocated(BN_bin2bn(bytes_of(bytes), static_cast<int>(bytes.size()), result.get()));
    return result;
}

/// A key of `type` ("RSA", "EC") from the parameters; null if they are invalid.
std::shared_ptr<EVP_PKEY> assemble(const char* type, int selection, OSSL_PARAM_BLD* builder) {
    const ParametersPtr parameters(OSSL_PARAM_BLD_to_param(builder));
    const KeyContextPtr context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
    EVP_PKEY* key = nullptr;
    if (parameters == nullptr || context == nullptr || EVP_PKEY_fromdata_init(context.get()) != 1 ||
        EVP_PKEY_fromdata(context.get(), &key, selection, parameters.get()) != 1)
        return nullptr;
    return {key, EVP_PKEY_free};
}

struct RsaPart {
    const char* name;
    CK_ATTRIBUTE_TYPE type;
};
constexpr std::array<RsaPart, 2> public_parts{
    {{OSSL_PKEY_PARAM_RSA_N, CKA_MODULUS}, {OSSL_PKEY_PARAM_RSA_E, CKA_PUBLIC_EXPONENT}}};
constexpr std::array<RsaPart, 6> private_parts{{{OSSL_PKEY_PARAM_RSA_D, CKA_PRIVATE_EXPONENT},
                                                {OSSL_PKEY_PARAM_RSA_FACTOR1, CKA_PRIME_1},
                                                {OSSL_PKEY_PARAM_RSA_FACTOR2, CKA_PRIME_2},
                                                {OSSL_PKEY_PARAM_RSA_EXPONENT1, CKA_EXPONENT_1},
                                                {OSSL_PKEY_PARAM_RSA_EXPONENT2, CKA_EXPONENT_2},
                                                {OSSL_PKEY_PARAM_RSA_COEFFICIENT1, CKA_COEFFICIENT}}};

std::shared_ptr<EVP_PKEY> rsa_key(const TokenKey& key, bool with_private_half) {
    const BuilderPtr builder = allocated(BuilderPtr(OSSL_PARAM_BLD_new()));
    std::vector<SecretNumber> numbers; // the builder reads them only at the end
    const auto push = [&](const RsaPart& part) {
        numbers.push_back(number(key, part.type));
        return numbers.back() != nullptr &&
               OSSL_PARAM_BLD_push_BN(builder.get(), part.name, numbers.back().get()) == 1;
    };
    for (const RsaPart& part : public_parts) {
        if (!push(part))
            return nullptr;
    }
    if (with_private_half) {
        for (const RsaPart& part : private_parts) {
            if (!push(part))
                return nullptr;
        }
    }
    return assemble("RSA", with_private_half ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY, builder.get());
}

std::shared_ptr<EVP_PKEY> ec_key(const TokenKey& key) {
    const auto parameters = key.attribute(CKA_EC_PARAMS);
    const SecretNumber value = number(key, CKA_VALUE);
    if (!parameters || value == nullptr)
        return nullptr;
    const unsigned char* der = bytes_of(parameters->bytes());
    const GroupPtr group(d2i_ECPKParameters(nullptr, &der, static_cast<long>(parameters->size())));
    if (group == nullptr)
        return nullptr;
    // Tokens do not export the public key with the private one.
    const PointPtr point = allocated(PointPtr(EC_POINT_new(group.get())));
    std::array<unsigned char, 256> bytes{};
    if (EC_POINT_mul(group.get(), point.get(), value.get(), nullptr, nullptr, nullptr) != 1)
        return nullptr;
    const std::size_t size = EC_POINT_point2oct(group.get(), point.get(), POINT_CONVERSION_UNCOMPRESSED,
                                                bytes.data(), bytes.size(), nullptr);
    const char* curve = OBJ_nid2sn(EC_GROUP_get_curve_name(group.get()));
    const BuilderPtr builder = allocated(BuilderPtr(OSSL_PARAM_BLD_new()));
    if (size == 0 || curve == nullptr ||
        OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, curve, 0) != 1 ||
        OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, bytes.data(), size) != 1 ||
        OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, value.get()) != 1)
        return nullptr;
    return assemble("EC", EVP_PKEY_KEYPAIR, builder.get());
}

class TokenSigner final : public Signer {
  public:
    TokenSigner(TokenKey key, PublicKey public_key)
      : key_(std::move(key))
      , public_key_(std::move(public_key)) {}

    [[nodiscard]] PublicKey public_key() const override { return public_key_; }

    [[nodiscard]] Expected<Bytes> sign(ByteView digest) const override {
        const std::scoped_lock lock(mutex_); // a session does one thing at a time
        return key_.sign(CKM_RSA_PKCS, digest);
    }

  private:
    TokenKey key_;
    PublicKey public_key_;
    mutable std::mutex mutex_;
};

} // namespace

Expected<void> tokens_supported() {
    return {};
}

Expected<std::optional<std::filesystem::path>> pin_file(std::string_view text) {
    const auto uri = parse_uri(text);
    if (!uri)
        return std::unexpected(uri.error());
    const char* source = p11().uri_get_pin_source(uri->get());
    if (source == nullptr)
        return std::nullopt;
    std::string_view path(source);
    if (path.starts_with("file:"))
        path.remove_prefix(5);
    if (path.starts_with("///")) // a URI's empty authority
        path.remove_prefix(2);
    if (!path.starts_with('/'))
        return fail(ErrorCode::invalid_argument,
                    fmt::format("the pin-source of {} is not the absolute path of a file", text),
                    "write it as pin-source=file:/PATH; bgs2d does not run a program to get a PIN");
    return std::filesystem::path(path);
}

Expected<std::shared_ptr<const Signer>> token_signer(std::string_view uri, const Secret* pin) {
    auto key = TokenKey::open(uri, pin);
    if (!key)
        return std::unexpected(std::move(key.error()));
    if (key->number(CKA_KEY_TYPE) != CKK_RSA)
        return fail(
            ErrorCode::invalid_argument,
            fmt::format("{} is not an RSA key, which signing secure commands requires", name_of(*key)),
            "use the RSA management key");
    if (key->flag(CKA_ALWAYS_AUTHENTICATE).value_or(false))
        return fail(
            ErrorCode::not_supported,
            fmt::format("{} requires the PIN at each use, which a daemon cannot enter", name_of(*key)),
            "use a key without CKA_ALWAYS_AUTHENTICATE");
    auto public_key = rsa_key(*key, false);
    if (!public_key)
        return unusable(*key);
    return std::make_shared<const TokenSigner>(std::move(*key), PublicKey(std::move(public_key)));
}

Expected<PrivateKey> read_token_key(std::string_view uri, const Secret* pin) {
    const auto key = TokenKey::open(uri, pin);
    if (!key)
        return std::unexpected(key.error());
    if (key->flag(CKA_SENSITIVE).value_or(true) || !key->flag(CKA_EXTRACTABLE).value_or(false))
        return fail(
            ErrorCode::not_supported, fmt::format("the token does not export {}", name_of(*key)),
            "use a key in a file, or one that the token exports (CKA_EXTRACTABLE, not CKA_SENSITIVE): the "
            "modem stores the key itself; only the key of sign can stay on a token");
    std::shared_ptr<EVP_PKEY> native;
    switch (key->number(CKA_KEY_TYPE).value_or(CKK_VENDOR_DEFINED)) {
    case CKK_RSA:
        native = rsa_key(*key, true);
        break;
    case CKK_EC:
        native = ec_key(*key);
        break;
    default:
        return fail(ErrorCode::not_supported, fmt::format("{} is neither RSA nor EC", name_of(*key)),
                    "use an RSA key");
    }
    if (!native)
        return unusable(*key);
    return PrivateKey(std::move(native));
}

} // namespace bgs2::pki
