// SPDX-License-Identifier: Apache-2.0
// The identities that the vendor's tool made its frames from.
#include "daemon/pki/file.h"
#include "daemon/pki/key_file.h"
#include "daemon/pki/key_pair.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <vector>

namespace bgs2::pki {
namespace {

class Vectors : public testing::Test {
  protected:
    void SetUp() override {
        if (const char* given = std::getenv("BGS2_VECTORS"); given != nullptr)
            folder_ = given;
        if (!std::filesystem::exists(folder_ / "inputs"))
            GTEST_SKIP() << "no test identities in " << folder_
                         << ": set BGS2_VECTORS to the folder that holds them";
    }
    [[nodiscard]] Bytes file(const std::string& name) const {
        return value_or_throw(value_or_throw(File::open(folder_ / "inputs" / name)).read());
    }

    [[nodiscard]] KeyPair key_pair(const std::string& certificate, const std::string& key = "",
                                   std::string_view passphrase = "",
                                   CertificateFormat format = CertificateFormat::der) const {
        const Bytes certificate_bytes = file(certificate);
        const Bytes key_bytes = key.empty() ? Bytes() : file(key);
        const Secret secret = Secret::copy_of(as_bytes(passphrase));
        Sources sources{.certificate = certificate_bytes,
                        .certificate_name = certificate,
                        .key = std::nullopt,
                        .key_name = key,
                        .passphrase = &secret,
                        .key_from_certificate = true};
        if (!key.empty())
            sources.key = key_bytes;
        return value_or_throw(load(sources, format, KeyFormat::pkcs8));
    }

    std::filesystem::path folder_ = BGS2_VECTORS;
};

TEST_F(Vectors, PemAndDerAndPkcs12OfOneIdentityGiveEqualBytes) {
    const Bytes certificate = file("client-a.cert.der");
    const Secret key = Secret::copy_of(file("client-a.key.pk8.der"));
    struct Row {
        const char* certificate;
        const char* key;
        const char* passphrase;
    };
    const std::vector<Row> table = {
        {"client-a.cert.der", "client-a.key.pk8.der", ""},
        {"client-a.cert.pem", "client-a.key.pem", ""},
        {"client-a.chain.pem", "client-a.key.enc.pem", "keypass"},
        {"client-a.p12", "", "clientpass"},
        {"client-a.cert.pem", "client-a.p12", "clientpass"},
    };
    for (const auto& row : table) {
        const KeyPair made = key_pair(row.certificate, row.key, row.passphrase);
        EXPECT_EQ(made.certificate, certificate) << row.certificate;
        EXPECT_EQ(made.key, key) << row.certificate << " " << row.key;
        EXPECT_TRUE(made.private_key && made.private_key->matches(made.chain.front()));
        EXPECT_EQ(made.thumbprint(), sha1_hex(certificate));
    }
}

TEST_F(Vectors, EverySingleCertificateIsEqualInPemAndDer) {
    for (const std::string name : {"ca-rsa2048", "client-a", "client-ec", "mgmt"})
        EXPECT_EQ(key_pair(name + ".cert.pem").certificate, file(name + ".cert.der")) << name;
    EXPECT_EQ(key_pair("mgmt.p12", "", "mgmtpass").certificate, file("mgmt.cert.der"));
}

TEST_F(Vectors, ChainIsAlreadyCleanPem) {
    for (const auto format : {CertificateFormat::pem_chain, CertificateFormat::as_is})
        EXPECT_EQ(key_pair("client-a.chain.pem", "", "", format).certificate, file("client-a.chain.pem"));
}

TEST_F(Vectors, TraditionalKeyIsSentUnchanged) {
    const KeyPair made = key_pair("client-ec.cert.der", "client-ec.key.trad.der");
    EXPECT_EQ(made.key, Secret::copy_of(file("client-ec.key.trad.der")));
    const Secret from_pem =
        value_or_throw(value_or_throw(load_private_key(file("client-ec.key.pem"), "client-ec.key.pem"))
                           .to_der(KeyFormat::traditional));
    EXPECT_EQ(from_pem, made.key);
}

TEST_F(Vectors, JavaKeystoreIsNamedInTheError) {
    const auto key = load_private_key(file("mgmt.ks"), "mgmt.ks");
    ASSERT_FALSE(key);
    EXPECT_EQ(key.error().what, "mgmt.ks is a Java keystore, not a private key");
}

} // namespace
} // namespace bgs2::pki
