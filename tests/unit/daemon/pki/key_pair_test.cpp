// SPDX-License-Identifier: Apache-2.0
#include "daemon/pki/key_pair.h"
#include "tests/support/identity.h"

#include <gmock/gmock.h>
#include <openssl/err.h>

#include <functional>

namespace bgs2::pki {
namespace {

using test::Algorithm;
using test::Identity;
using testing::ElementsAre;
using testing::HasSubstr;

class KeyPairTest : public testing::Test {
  protected:
    Identity root_ = Identity::make({.common_name = "Root", .ca = true});
    Identity leaf_ = Identity::make({.common_name = "Leaf", .issuer = &root_});
    std::string chain_ = leaf_.certificate_pem() + root_.certificate_pem();
    Secret passphrase_ = Secret::copy_of(as_bytes("pass"));
    Bytes store_ = leaf_.pkcs12({.passphrase = "pass", .others = {root_.certificate()}});

    void TearDown() override { EXPECT_EQ(ERR_peek_error(), 0U); }

    [[nodiscard]] Expected<KeyPair> read(ByteView certificate,
                                         CertificateFormat format = CertificateFormat::der) const {
        return load({.certificate = certificate,
                     .certificate_name = "a.pem",
                     .key = std::nullopt,
                     .key_name = "",
                     .passphrase = &passphrase_},
                    format, KeyFormat::pkcs8);
    }
    [[nodiscard]] Expected<KeyPair> read(std::string_view certificate,
                                         CertificateFormat format = CertificateFormat::der) const {
        return read(as_bytes(certificate), format);
    }
    [[nodiscard]] Expected<KeyPair> read_with_key(ByteView key, KeyFormat format) const {
        return load({.certificate = as_bytes(chain_),
                     .certificate_name = "a.pem",
                     .key = key,
                     .key_name = "a.key",
                     .passphrase = &passphrase_},
                    CertificateFormat::der, format);
    }
    static void expect_refused(const Expected<KeyPair>& key_pair, const std::string& what,
                               const std::string& hint = "") {
        ASSERT_FALSE(key_pair);
        EXPECT_EQ(key_pair.error().code, ErrorCode::invalid_certificate);
        EXPECT_THAT(key_pair.error().what, HasSubstr(what));
        EXPECT_THAT(key_pair.error().hint, HasSubstr(hint));
        EXPECT_FALSE(key_pair.error().hint.empty());
    }
};

std::string dos_lines(const std::string& text) {
    std::string result;
    for (const char c : text)
        result += c == '\n' ? "\r\n" : std::string(1, c);
    return result;
}

TEST(Formats, AreNamedAsInPolicies) {
    EXPECT_THAT(words_of<CertificateFormat>, ElementsAre("der", "pem-chain", "as-is"));
    EXPECT_THAT(words_of<KeyFormat>, ElementsAre("pkcs8", "traditional"));
}

TEST_F(KeyPairTest, ReadsTheFirstCertificateAsDerFromAnyFormat) {
    std::string old_label = leaf_.certificate_pem();
    for (auto at = old_label.find(" CERTIFICATE"); at != std::string::npos;
         at = old_label.find(" CERTIFICATE", at + 10))
        old_label.insert(at, " X509");
    for (const std::string& text :
         {leaf_.certificate_pem(), chain_, dos_lines(chain_), "subject=Leaf\n" + chain_ + "the end",
          leaf_.trusted_pem(), leaf_.pkcs8_pem() + chain_, "\xef\xbb\xbf" + chain_, old_label}) {
        const auto key_pair = read(text);
        ASSERT_TRUE(key_pair) << to_string(key_pair.error()) << text;
        EXPECT_EQ(key_pair->certificate, leaf_.certificate_der());
        EXPECT_THAT(key_pair->chain, ElementsAre(leaf_.certificate()));
        EXPECT_TRUE(key_pair->key.empty());
        EXPECT_FALSE(key_pair->private_key);
        EXPECT_EQ(key_pair->thumbprint(), leaf_.certificate().fingerprint());
    }
    EXPECT_EQ(read(leaf_.certificate_der())->certificate, leaf_.certificate_der());
    EXPECT_EQ(read(store_)->certificate, leaf_.certificate_der());
}

TEST_F(KeyPairTest, TakesTheCertificateThatTheKeyBelongsTo) {
    const std::string reversed = root_.certificate_pem() + leaf_.certificate_pem();
    const std::string key = leaf_.pkcs8_pem();
    const Sources sources{.certificate = as_bytes(reversed),
                          .certificate_name = "a.pem",
                          .key = as_bytes(key),
                          .key_name = "a.key"};
    const auto der = load(sources, CertificateFormat::der, KeyFormat::pkcs8);
    ASSERT_TRUE(der) << to_string(der.error());
    EXPECT_THAT(der->chain, ElementsAre(leaf_.certificate()));
    EXPECT_EQ(der->certificate, leaf_.certificate_der());
    EXPECT_TRUE(der->warnings.empty());
    const auto chain = load(sources, CertificateFormat::pem_chain, KeyFormat::pkcs8);
    ASSERT_TRUE(chain) << to_string(chain.error());
    EXPECT_EQ(as_text(chain->certificate), chain_);
    EXPECT_THAT(chain->chain, ElementsAre(leaf_.certificate(), root_.certificate()));
}

TEST_F(KeyPairTest, TakesTheKeyThatBelongsToTheCertificate) {
    const Identity other = Identity::make({.common_name = "Other"});
    const std::string keys = other.pkcs8_pem() + other.encrypted_pem("unknown") + leaf_.pkcs8_pem();
    const auto key_pair = read_with_key(as_bytes(keys), KeyFormat::pkcs8);
    ASSERT_TRUE(key_pair) << to_string(key_pair.error());
    EXPECT_EQ(key_pair->key, Secret::copy_of(leaf_.pkcs8_der()));
    EXPECT_TRUE(key_pair->warnings.empty());
}

TEST_F(KeyPairTest, SendsAChainInItsOrderWhateverTheOrderOfItsFile) {
    const Identity middle = Identity::make({.common_name = "Middle", .ca = true, .issuer = &root_});
    const Identity leaf = Identity::make({.common_name = "Leaf", .issuer = &middle});
    const Identity other = Identity::make({.common_name = "Other", .ca = true});
    const std::string text =
        root_.certificate_pem() + other.certificate_pem() + middle.certificate_pem() + leaf.certificate_pem();
    const std::string key = leaf.pkcs8_pem();
    const Sources sources{.certificate = as_bytes(text),
                          .certificate_name = "a.pem",
                          .key = as_bytes(key),
                          .key_name = "a.key"};
    EXPECT_THAT(
        load(sources, CertificateFormat::pem_chain, KeyFormat::pkcs8)->chain,
        ElementsAre(leaf.certificate(), middle.certificate(), root_.certificate(), other.certificate()));
    const auto der = load(sources, CertificateFormat::der, KeyFormat::pkcs8);
    ASSERT_EQ(der->warnings.size(), 1U);
    EXPECT_EQ(der->warnings.front().what, "of the 4 certificates in its file, CN=Leaf,O=Example is used; "
                                          "left out: CN=Other,O=Example");
}

TEST_F(KeyPairTest, NamesTheCertificatesThatAreLeftOut) {
    const Identity renewed = Identity::make({.common_name = "Root", .ca = true, .serial = 0x77});
    const auto two = read(root_.certificate_pem() + root_.certificate_pem() + renewed.certificate_pem());
    ASSERT_TRUE(two) << to_string(two.error());
    ASSERT_EQ(two->warnings.size(), 1U);
    EXPECT_EQ(two->warnings.front().code, ErrorCode::invalid_certificate);
    EXPECT_EQ(
        two->warnings.front().what,
        "of the 3 certificates in its file, CN=Root,O=Example (serial number 4BE109B8) is used; left out: "
        "CN=Root,O=Example (serial number 77)");
    EXPECT_THAT(two->warnings.front().hint, HasSubstr("pem-chain"));
    std::string many;
    for (int i = 0; i < 8; ++i)
        many += Identity::make({.common_name = "CA " + std::to_string(i), .ca = true}).certificate_pem();
    EXPECT_THAT(read(many)->warnings.front().what,
                HasSubstr("CN=CA 4,O=Example; CN=CA 5,O=Example and 2 others"));
    EXPECT_TRUE(read(many, CertificateFormat::pem_chain)->warnings.empty());
    EXPECT_TRUE(read(many, CertificateFormat::as_is)->warnings.empty());
    EXPECT_TRUE(read(root_.certificate_pem() + root_.certificate_pem())->warnings.empty());
}

TEST_F(KeyPairTest, OfTwoClientsInOneFileTheFirstIsTakenAndTheSecondIsNamed) {
    const Identity other = Identity::make({.common_name = "Other"});
    const auto sources = [this](const std::string& text) {
        return Sources{.certificate = as_bytes(text),
                       .certificate_name = "a.pem",
                       .key = as_bytes(text),
                       .key_name = "a.pem",
                       .passphrase = &passphrase_};
    };
    const std::string text = leaf_.pkcs8_pem() + leaf_.certificate_pem() + other.pkcs8_pem() +
                             other.certificate_pem() + root_.certificate_pem();
    const auto key_pair = load(sources(text), CertificateFormat::der, KeyFormat::pkcs8);
    ASSERT_TRUE(key_pair) << to_string(key_pair.error());
    EXPECT_EQ(key_pair->key, Secret::copy_of(leaf_.pkcs8_der()));
    ASSERT_EQ(key_pair->warnings.size(), 1U);
    EXPECT_THAT(key_pair->warnings.front().what, testing::EndsWith("left out: CN=Other,O=Example"));
}

TEST_F(KeyPairTest, SendsDerUnchangedInEveryFormat) {
    for (const auto format :
         {CertificateFormat::der, CertificateFormat::pem_chain, CertificateFormat::as_is}) {
        const auto key_pair = read(leaf_.certificate_der(), format);
        ASSERT_TRUE(key_pair);
        EXPECT_EQ(key_pair->certificate, leaf_.certificate_der());
    }
}

TEST_F(KeyPairTest, WritesAChainAsCleanPem) {
    for (const std::string& text :
         {chain_, dos_lines(chain_), "one\n" + leaf_.certificate_pem() + "two\n" + root_.trusted_pem(),
          leaf_.certificate_pem() + leaf_.pkcs8_pem() + root_.certificate_pem()}) {
        const auto key_pair = read(text, CertificateFormat::pem_chain);
        ASSERT_TRUE(key_pair) << to_string(key_pair.error());
        EXPECT_EQ(as_text(key_pair->certificate), chain_);
        EXPECT_THAT(key_pair->chain, ElementsAre(leaf_.certificate(), root_.certificate()));
        EXPECT_EQ(key_pair->thumbprint(), sha1_hex(as_bytes(chain_)));
    }
    EXPECT_EQ(as_text(read(store_, CertificateFormat::pem_chain)->certificate), chain_);
}

TEST_F(KeyPairTest, KeepsTheBytesUnchangedInFormatAsIs) {
    const std::string text = "note\r\n" + dos_lines(chain_);
    const auto key_pair = read(text, CertificateFormat::as_is);
    ASSERT_TRUE(key_pair);
    EXPECT_EQ(as_text(key_pair->certificate), text);
    EXPECT_THAT(key_pair->chain, ElementsAre(leaf_.certificate(), root_.certificate()));
}

TEST_F(KeyPairTest, NeverSendsAKeyAsPartOfTheCertificate) {
    expect_refused(read(chain_ + leaf_.pkcs8_pem(), CertificateFormat::as_is), "contains a private key",
                   "der or pem-chain");
    expect_refused(read(chain_ + leaf_.encrypted_pem("x"), CertificateFormat::as_is),
                   "contains a private key");
    expect_refused(read(store_, CertificateFormat::as_is), "contains a private key");
}

TEST_F(KeyPairTest, SendsAnUnencryptedDerKeyUnchanged) {
    for (const Bytes& key : {leaf_.pkcs8_der(), leaf_.traditional_der()})
        for (const KeyFormat format : {KeyFormat::pkcs8, KeyFormat::traditional}) {
            const auto key_pair = read_with_key(key, format);
            ASSERT_TRUE(key_pair) << to_string(key_pair.error());
            EXPECT_EQ(key_pair->key, Secret::copy_of(key));
            const auto& private_key = key_pair->private_key;
            EXPECT_TRUE(private_key && private_key->matches(key_pair->chain.front()));
        }
}

TEST_F(KeyPairTest, ConvertsEveryOtherKeyToTheRequestedFormat) {
    std::vector<Bytes> keys{leaf_.encrypted_der("pass"), store_};
    for (const std::string& text : {leaf_.pkcs8_pem(), leaf_.traditional_pem(), leaf_.encrypted_pem("pass"),
                                    leaf_.old_encrypted_pem("pass"), chain_ + leaf_.traditional_pem()})
        keys.emplace_back(as_bytes(text).begin(), as_bytes(text).end());
    for (const Bytes& key : keys) {
        const auto pkcs8 = read_with_key(key, KeyFormat::pkcs8);
        ASSERT_TRUE(pkcs8) << to_string(pkcs8.error());
        EXPECT_EQ(pkcs8->key, Secret::copy_of(leaf_.pkcs8_der()));
        EXPECT_EQ(read_with_key(key, KeyFormat::traditional)->key, Secret::copy_of(leaf_.traditional_der()));
    }
}

TEST_F(KeyPairTest, TakesTheKeyFromAStoreOnlyOnRequest) {
    Sources sources{.certificate = store_,
                    .certificate_name = "a.p12",
                    .key = std::nullopt,
                    .key_name = "",
                    .passphrase = &passphrase_};
    EXPECT_TRUE(load(sources, CertificateFormat::der, KeyFormat::pkcs8)->key.empty());
    sources.key_from_certificate = true;
    const auto key_pair = load(sources, CertificateFormat::der, KeyFormat::pkcs8);
    ASSERT_TRUE(key_pair);
    EXPECT_EQ(key_pair->key, Secret::copy_of(leaf_.pkcs8_der()));
    const auto& private_key = key_pair->private_key;
    EXPECT_TRUE(private_key && private_key->matches(leaf_.certificate()));

    const Identity other = Identity::make({});
    const Bytes key = other.pkcs8_der();
    sources.key = key;
    EXPECT_EQ(load(sources, CertificateFormat::der, KeyFormat::pkcs8)->key, Secret::copy_of(key));
}

TEST_F(KeyPairTest, NamesTheActualContentIfItIsNotACertificate) {
    expect_refused(read(""), "a.pem is empty");
    expect_refused(read("hello"), "a.pem is in an unknown format");
    expect_refused(read(leaf_.pkcs8_der()), "a.pem is a private key, not a certificate",
                   "as its private key");
    expect_refused(read(leaf_.pkcs8_pem()), "a.pem contains \"PRIVATE KEY\", not a certificate",
                   "as its private key");
    expect_refused(read(leaf_.encrypted_pem("x")), "\"ENCRYPTED PRIVATE KEY\"");
    expect_refused(read(leaf_.request_der()), "a certificate signing request", "have a CA sign the request");
    expect_refused(read(leaf_.request_pem()), "\"CERTIFICATE REQUEST\"", "have a CA sign the request");
    expect_refused(read("\xfe\xed\xfe\xed..."), "a Java keystore", "keytool -importkeystore");
    expect_refused(read(std::string_view("\xff\xfe-\0-", 5)), "text in UTF-16", "UTF-8");
    expect_refused(read("0\xef\xbf\xbd\x03"), "text conversion", "binary mode");
    expect_refused(read("-----BEGIN PKCS7-----\nAAAA\n-----END PKCS7-----\n"), "\"PKCS7\"", "-print_certs");
}

TEST_F(KeyPairTest, LocatesTheCorruptionInACertificate) {
    Bytes der = leaf_.certificate_der();
    der.push_back(std::byte{'\n'});
    expect_refused(read(der), "after the end of its DER");
    std::string cut = chain_;
    cut.resize(cut.size() - 40);
    expect_refused(read(cut, CertificateFormat::pem_chain), "PEM block 2 of a.pem is damaged");
    expect_refused(read("-----BEGIN CERTIFICATE-----\nMAMCAQE=\n-----END CERTIFICATE-----\n"),
                   "PEM block 1 of a.pem is not an X.509 certificate");
}

TEST_F(KeyPairTest, ReportsAMissingOrWrongPassphraseOfAStore) {
    Sources sources{.certificate = store_, .certificate_name = "a.p12", .key = std::nullopt, .key_name = ""};
    expect_refused(load(sources, CertificateFormat::der, KeyFormat::pkcs8),
                   "a.p12 is encrypted and requires a passphrase");
    const Secret wrong = Secret::copy_of(as_bytes("wrong"));
    sources.passphrase = &wrong;
    expect_refused(load(sources, CertificateFormat::der, KeyFormat::pkcs8), "wrong passphrase for a.p12");
    const Bytes empty = leaf_.pkcs12({.passphrase = "wrong", .with_certificate = false});
    sources.certificate = empty;
    expect_refused(load(sources, CertificateFormat::der, KeyFormat::pkcs8), "a.p12 contains no certificate");
}

TEST_F(KeyPairTest, ReportsAnUnusableKey) {
    const auto key_pair = read_with_key(leaf_.certificate_der(), KeyFormat::pkcs8);
    ASSERT_FALSE(key_pair);
    EXPECT_EQ(key_pair.error().code, ErrorCode::invalid_argument);
    EXPECT_THAT(key_pair.error().what, HasSubstr("a.key is a certificate, not a private key"));
    const Identity odd = Identity::make({.algorithm = Algorithm::ed25519});
    EXPECT_EQ(read_with_key(as_bytes(odd.pkcs8_pem()), KeyFormat::traditional).error().code,
              ErrorCode::invalid_argument);
}

} // namespace
} // namespace bgs2::pki
