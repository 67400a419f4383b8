// SPDX-License-Identifier: Apache-2.0
#include "tests/support/soft_token.h"

#include "daemon/base/immovable.h"

#include <fmt/format.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/objects.h>

#include <array>
#include <cstdlib>
#include <p11-kit/p11-kit.h>
#include <stdexcept>
#include <vector>

namespace bgs2::test {
namespace {

using Bytes = std::vector<unsigned char>;

void run(const std::string& command) {
    if (std::system((command + " >/dev/null 2>&1").c_str()) != 0)
        throw std::runtime_error("failed: " + command);
}

void require(CK_RV result, const char* what) {
    if (result != CKR_OK)
        throw std::runtime_error(fmt::format("{}: {}", what, p11_kit_strerror(result)));
}

Bytes number(const pki::PrivateKey& key, const char* name) {
    BIGNUM* number = nullptr;
    if (EVP_PKEY_get_bn_param(key.native(), name, &number) != 1)
        throw std::runtime_error(fmt::format("the key has no {}", name));
    Bytes bytes(static_cast<std::size_t>(BN_num_bytes(number)));
    BN_bn2bin(number, bytes.data());
    BN_free(number);
    return bytes;
}

/// The DER of the curve's object identifier.
Bytes curve(const pki::PrivateKey& key) {
    std::array<char, 64> name{};
    std::size_t size = 0;
    EVP_PKEY_get_utf8_string_param(key.native(), OSSL_PKEY_PARAM_GROUP_NAME, name.data(), name.size(), &size);
    const ASN1_OBJECT* object = OBJ_nid2obj(OBJ_sn2nid(name.data()));
    unsigned char* der = nullptr;
    const int length = i2d_ASN1_OBJECT(object, &der);
    Bytes bytes(der, der + length);
    OPENSSL_free(der);
    return bytes;
}

/// The token "gateway", open for writing.
class WritableSession : Immovable {
  public:
    WritableSession()
      : module_(p11_kit_module_load(std::string(SoftToken::module).c_str(), 0)) {
        require(p11_kit_module_initialize(module_), "initialise");
        std::array<CK_SLOT_ID, 8> slots{};
        CK_ULONG count = slots.size();
        require(module_->C_GetSlotList(CK_TRUE, slots.data(), &count), "slots");
        for (CK_ULONG i = 0; i < count; ++i) {
            CK_TOKEN_INFO info{};
            require(module_->C_GetTokenInfo(slots.at(i), &info), "token");
            if (std::string_view(reinterpret_cast<const char*>(info.label), 8) == "gateway ")
                require(module_->C_OpenSession(slots.at(i), CKF_SERIAL_SESSION | CKF_RW_SESSION, nullptr,
                                               nullptr, &session_),
                        "session");
        }
        std::string pin(SoftToken::pin);
        require(
            module_->C_Login(session_, CKU_USER, reinterpret_cast<unsigned char*>(pin.data()), pin.size()),
            "login");
    }
    ~WritableSession() {
        module_->C_CloseSession(session_);
        p11_kit_module_finalize(module_);
        p11_kit_module_release(module_);
    }

    void create(std::vector<CK_ATTRIBUTE> attributes) const {
        CK_OBJECT_HANDLE object = CK_INVALID_HANDLE;
        require(module_->C_CreateObject(session_, attributes.data(), attributes.size(), &object), "create");
    }

  private:
    CK_FUNCTION_LIST* module_;
    CK_SESSION_HANDLE session_ = CK_INVALID_HANDLE;
};

} // namespace

SoftToken::SoftToken() {
    std::filesystem::create_directory(folder_.path() / "tokens");
    const auto configuration = folder_.write(
        "softhsm2.conf",
        fmt::format("directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\n",
                    (folder_.path() / "tokens").string()));
    ::setenv("SOFTHSM2_CONF", configuration.c_str(), 1);
    add_token("gateway");
}

void SoftToken::add_token(const std::string& label) const {
    run(fmt::format("softhsm2-util --init-token --free --label {} --so-pin 5678 --pin {}", label, pin));
}

void SoftToken::import(const Identity& identity, const std::string& label, const std::string& id) const {
    const auto file = folder_.write(label + ".key", identity.pkcs8_pem());
    run(fmt::format("softhsm2-util --import {} --token gateway --label {} --id {} --pin {} --force",
                    file.string(), label, id, pin));
}

void SoftToken::add_extractable(const pki::PrivateKey& key, const std::string& label) const {
    CK_OBJECT_CLASS object_class = CKO_PRIVATE_KEY;
    CK_KEY_TYPE type = key.kind() == pki::KeyKind::rsa ? CKK_RSA : CKK_EC;
    CK_BBOOL yes = CK_TRUE;
    CK_BBOOL no = CK_FALSE;
    std::string name = label;
    std::vector<CK_ATTRIBUTE> attributes{{CKA_CLASS, &object_class, sizeof(object_class)},
                                         {CKA_KEY_TYPE, &type, sizeof(type)},
                                         {CKA_TOKEN, &yes, sizeof(yes)},
                                         {CKA_PRIVATE, &yes, sizeof(yes)},
                                         {CKA_SENSITIVE, &no, sizeof(no)},
                                         {CKA_EXTRACTABLE, &yes, sizeof(yes)},
                                         {CKA_SIGN, &yes, sizeof(yes)},
                                         {CKA_LABEL, name.data(), name.size()}};
    std::vector<std::pair<CK_ATTRIBUTE_TYPE, Bytes>> parts;
    if (type == CKK_RSA)
        parts = {{CKA_MODULUS, number(key, OSSL_PKEY_PARAM_RSA_N)},
                 {CKA_PUBLIC_EXPONENT, number(key, OSSL_PKEY_PARAM_RSA_E)},
                 {CKA_PRIVATE_EXPONENT, number(key, OSSL_PKEY_PARAM_RSA_D)},
                 {CKA_PRIME_1, number(key, OSSL_PKEY_PARAM_RSA_FACTOR1)},
                 {CKA_PRIME_2, number(key, OSSL_PKEY_PARAM_RSA_FACTOR2)},
                 {CKA_EXPONENT_1, number(key, OSSL_PKEY_PARAM_RSA_EXPONENT1)},
                 {CKA_EXPONENT_2, number(key, OSSL_PKEY_PARAM_RSA_EXPONENT2)},
                 {CKA_COEFFICIENT, number(key, OSSL_PKEY_PARAM_RSA_COEFFICIENT1)}};
    else
        parts = {{CKA_EC_PARAMS, curve(key)}, {CKA_VALUE, number(key, OSSL_PKEY_PARAM_PRIV_KEY)}};
    for (auto& [attribute, bytes] : parts)
        attributes.push_back({attribute, bytes.data(), bytes.size()});
    const WritableSession session;
    session.create(std::move(attributes));
}

} // namespace bgs2::test
