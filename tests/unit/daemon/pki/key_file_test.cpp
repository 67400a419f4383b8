// SPDX-License-Identifier: Apache-2.0
#include "daemon/pki/certificate.h"
#include "daemon/pki/key_file.h"
#include "tests/support/identity.h"

#include <gmock/gmock.h>
#include <openssl/err.h>

#include <algorithm>

namespace bgs2::pki {
namespace {

using test::Algorithm;
using test::Identity;
using testing::HasSubstr;

Secret passphrase(std::string_view text = "pass") {
    return Secret::copy_of(as_bytes(text));
}

class KeyFile : public testing::TestWithParam<Algorithm> {
  protected:
    void TearDown() override { EXPECT_EQ(ERR_peek_error(), 0U); }
    Identity identity_ = Identity::make({.algorithm = GetParam()});

    void expect_read(ByteView bytes, const Secret* secret = nullptr) {
        const auto key = load_private_key(bytes, "gateway.key", secret);
        ASSERT_TRUE(key) << to_string(key.error());
        EXPECT_EQ(value_or_throw(key->to_der(KeyFormat::pkcs8)), Secret::copy_of(identity_.pkcs8_der()));
    }
    void expect_read(std::string_view text, const Secret* secret = nullptr) {
        expect_read(as_bytes(text), secret);
    }
};

TEST_P(KeyFile, ReadsDer) {
    expect_read(identity_.pkcs8_der());
    expect_read(identity_.traditional_der());
}

TEST_P(KeyFile, ReadsPem) {
    expect_read(identity_.pkcs8_pem());
    expect_read(identity_.traditional_pem());
}

TEST_P(KeyFile, ReadsEncryptedKeys) {
    const Secret secret = passphrase();
    expect_read(identity_.encrypted_der("pass"), &secret);
    expect_read(identity_.encrypted_pem("pass"), &secret);
    expect_read(identity_.old_encrypted_pem("pass"), &secret);
    expect_read(identity_.pkcs12({.passphrase = "pass"}), &secret);
}

TEST_P(KeyFile, SkipsOtherContentAroundTheKey) {
    const std::string key = identity_.traditional_pem();
    expect_read("Bag Attributes\n    friendlyName: test\n" + identity_.certificate_pem() +
                "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n" + key +
                "the end\n");
    expect_read("\xef\xbb\xbf" + key);
    std::string dos;
    for (const char c : key)
        dos += c == '\n' ? "\r\n" : std::string(1, c);
    expect_read(dos);
}

TEST_P(KeyFile, IgnoresAPassphraseThatIsNotNeeded) {
    const Secret secret = passphrase();
    expect_read(identity_.pkcs8_pem(), &secret);
    expect_read(identity_.pkcs8_der(), &secret);
}

TEST_P(KeyFile, ReportsAMissingPassphrase) {
    for (const Bytes& bytes : {identity_.encrypted_der("pass"), identity_.pkcs12({.passphrase = "pass"})}) {
        const auto key = load_private_key(bytes, "gateway.key");
        ASSERT_FALSE(key);
        EXPECT_EQ(key.error().code, ErrorCode::invalid_argument);
        EXPECT_THAT(key.error().what, HasSubstr("gateway.key"));
        EXPECT_THAT(key.error().what, HasSubstr("is encrypted and requires a passphrase"));
        EXPECT_THAT(key.error().hint, HasSubstr("set the"));
    }
}

TEST_P(KeyFile, ReportsAWrongPassphrase) {
    // Several, since one wrong passphrase in 256 gets as far as the key's decoder.
    for (const std::string_view wrong : {"PASS", "pass ", "", "x"}) {
        const Secret secret = passphrase(wrong);
        for (const std::string& text :
             {identity_.encrypted_pem("pass"), identity_.old_encrypted_pem("pass")}) {
            const auto key = load_private_key(as_bytes(text), "gateway.key", &secret);
            ASSERT_FALSE(key);
            EXPECT_EQ(key.error().what, "wrong passphrase for the private key in gateway.key");
            EXPECT_THAT(key.error().hint, HasSubstr("check that the passphrase"));
            EXPECT_THAT(to_string(key.error()), testing::Not(HasSubstr("PASS")));
        }
    }
    const Secret secret = passphrase("wrong");
    const auto key = load_private_key(identity_.pkcs12({.passphrase = "pass"}), "gateway.p12", &secret);
    ASSERT_FALSE(key);
    EXPECT_EQ(key.error().what, "wrong passphrase for gateway.p12");
}

TEST_P(KeyFile, ReadsPublicKeysFromKeysCertificatesAndStores) {
    const Secret secret = passphrase();
    const auto expect = [&](ByteView bytes) {
        const auto key = load_public_key(bytes, "verify", &secret);
        ASSERT_TRUE(key) << to_string(key.error());
        EXPECT_EQ(*key, identity_.key().public_key());
    };
    for (const std::string& text :
         {identity_.public_pem(), identity_.certificate_pem(), identity_.trusted_pem(), identity_.pkcs8_pem(),
          identity_.encrypted_pem("pass"), identity_.old_encrypted_pem("pass"), identity_.traditional_pem()})
        expect(as_bytes(text));
    for (const Bytes& bytes : {identity_.public_der(), identity_.certificate_der(), identity_.pkcs8_der(),
                               identity_.traditional_der(), identity_.pkcs12({.passphrase = "pass"})})
        expect(bytes);
}

INSTANTIATE_TEST_SUITE_P(Kinds, KeyFile, testing::Values(Algorithm::rsa2048, Algorithm::ec_p256),
                         [](const auto& kind) { return kind.param == Algorithm::rsa2048 ? "Rsa" : "Ec"; });

void expect_refused(ByteView bytes, std::string_view what, std::string_view hint = "") {
    const auto key = load_private_key(bytes, "a.key");
    ASSERT_FALSE(key);
    EXPECT_EQ(key.error().code, ErrorCode::invalid_argument);
    EXPECT_THAT(key.error().what, HasSubstr(std::string(what)));
    EXPECT_THAT(key.error().hint, HasSubstr(std::string(hint)));
    EXPECT_FALSE(key.error().hint.empty());
    EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST(KeyFileError, NamesTheActualContentOfTheFile) {
    const Identity identity = Identity::make({});
    expect_refused({}, "a.key is empty");
    expect_refused(as_bytes(" \r\n"), "a.key is empty");
    expect_refused(as_bytes("hello"), "a.key is in an unknown format");
    expect_refused(identity.certificate_der(), "a.key is a certificate, not a private key",
                   "contains its private key");
    expect_refused(as_bytes(identity.certificate_pem()), "a.key contains \"CERTIFICATE\", not a private key");
    expect_refused(as_bytes(identity.request_pem()), "\"CERTIFICATE REQUEST\"", "request was created with");
    expect_refused(identity.public_der(), "a public key, not a private key", "name the private key instead");
    expect_refused(as_bytes("\xfe\xed\xfe\xed...."), "a Java keystore", "keytool -importkeystore");
    expect_refused(as_bytes("\xff\xfe-.x"), "text in UTF-16, and damaged");
    expect_refused(as_bytes("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n"),
                   "OPENSSH PRIVATE KEY", "ssh-keygen");
}

TEST(KeyFileError, LocatesTheCorruptionInTheKey) {
    const Identity identity = Identity::make({});
    Bytes der = identity.pkcs8_der();
    der.push_back(std::byte{'\n'});
    expect_refused(der, "1 byte after the end of its DER data, at offset");
    der.erase(der.end() - 2, der.end());
    expect_refused(der, "is truncated");
    Bytes encrypted = identity.encrypted_der("pass");
    encrypted.pop_back();
    expect_refused(encrypted, "is truncated");
    std::string pem = identity.pkcs8_pem();
    pem[pem.find('\n') + 5] = '*';
    expect_refused(as_bytes(pem), "PEM block 1 of a.key is damaged");
    expect_refused(as_bytes("# " + identity.pkcs8_pem()),
                   "no PEM block that starts at the beginning of a line");
    expect_refused(as_bytes(std::string_view("\x30\x06\x02\x01\x01\x04\x01\x01", 8)),
                   "cannot read the private key");
    expect_refused(as_bytes(std::string_view("\x30\x07\x30\x02\x06\x00\x04\x01\x01", 9)),
                   "cannot read the encrypted private key in a.key");
}

TEST(KeyFileError, ReportsAStoreWithoutAPrivateKey) {
    const Identity identity = Identity::make({});
    const Secret secret = passphrase();
    const auto key =
        load_private_key(identity.pkcs12({.passphrase = "pass", .with_key = false}), "a.p12", &secret);
    ASSERT_FALSE(key);
    EXPECT_EQ(key.error().what, "the PKCS#12 store a.p12 contains no private key");
}

TEST(KeyFileError, RefusesToChooseOneOfSeveralKeys) {
    const Identity one = Identity::make({});
    const Identity other = Identity::make({});
    expect_refused(as_bytes(one.pkcs8_pem() + other.pkcs8_pem()), "a.key contains 2 different private keys",
                   "one private key");
    EXPECT_TRUE(load_private_key(as_bytes(one.pkcs8_pem() + one.traditional_pem()), "a.key"));
    EXPECT_EQ(load_private_keys(as_bytes(one.pkcs8_pem() + other.pkcs8_pem()), "a.key")->size(), 2U);
}

TEST(KeyFileError, ReportsAFileWithoutAPublicKey) {
    const Identity identity = Identity::make({});
    for (const Bytes& bytes : {Bytes{}, identity.request_der()}) {
        const auto key = load_public_key(bytes, "verify");
        ASSERT_FALSE(key);
        EXPECT_EQ(key.error().code, ErrorCode::invalid_argument);
        EXPECT_THAT(key.error().what, HasSubstr("not a public key, a certificate or a private key"));
    }
    Bytes broken = identity.certificate_der();
    broken.pop_back();
    EXPECT_EQ(load_public_key(broken, "verify").error().code, ErrorCode::invalid_argument);
    broken = identity.public_der();
    broken[5] = std::byte{0x7f};
    EXPECT_THAT(load_public_key(broken, "verify").error().what, HasSubstr("verify"));
    EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST(KeyFileError, DistinguishesAnUnknownCipherFromAWrongPassphrase) {
    const std::string pem =
        "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: NO-SUCH-CIPHER,00\n\n"
        "AAAA\n-----END RSA PRIVATE KEY-----\n";
    const Secret secret = passphrase();
    const auto key = load_private_key(as_bytes(pem), "a.key", &secret);
    ASSERT_FALSE(key);
    EXPECT_THAT(key.error().what, HasSubstr("the header of the encrypted private key in a.key"));
}

} // namespace
} // namespace bgs2::pki
