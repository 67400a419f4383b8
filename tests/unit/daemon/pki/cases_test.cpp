// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/daemon/pki/cases.h"

#include <gmock/gmock.h>

#include <vector>

namespace bgs2::pki {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

using Cases = test::Cases;

TEST_F(Cases, OfTwoCasForOneSlotTheFirstIsTakenAndAWarningNamesBoth) {
    for (const auto& [name, taken, left] :
         std::vector<std::array<std::string, 3>>{{"bundle.pem", "Acme Test", "Acme Second"},
                                                 {"bundle-commented.pem", "Acme Test", "Acme Second"},
                                                 {"reversed.pem", "Acme Second", "Acme Test"},
                                                 {"trust.p12", "Acme Test", "Acme Second"}}) {
        const auto key_pair = load({.certificate = "ca-bundle/" + name, .passphrase = "ca-bundle/pass"});
        ASSERT_TRUE(key_pair) << to_string(key_pair.error());
        EXPECT_THAT(key_pair->chain.front().subject(), HasSubstr(taken)) << name;
        ASSERT_EQ(key_pair->warnings.size(), 1U) << name;
        EXPECT_THAT(key_pair->warnings.front().what,
                    testing::MatchesRegex("of the 2 certificates in its file, .*CN=" + taken +
                                          ".* is used; left out: .*CN=" + left + ".*"));
        const auto chain = load({.certificate = "ca-bundle/" + name, .passphrase = "ca-bundle/pass"},
                                CertificateFormat::pem_chain);
        ASSERT_TRUE(chain);
        EXPECT_EQ(chain->chain.size(), 2U);
        EXPECT_THAT(chain->warnings, IsEmpty());
    }
}

TEST_F(Cases, OfOneClientGiveTheSameCertificateAndKeyInEveryForm) {
    const Bytes certificate = file("base/client.der");
    const Secret key = Secret::copy_of(file("base/client.key.der"));
    const std::vector<test::CaseFiles> table = {
        {"base/client.der", "base/client.key.der"},
        {"base/client.pem", "base/client.key"},
        {"base/client.pem", "base/client.trad.key"},
        {"utf16/client.pem", "utf16/client.key"},
        {"utf16/bag.pem", "utf16/enc.key", "utf16/pass.txt"},
        {"base64-without-armour/client.pem", "base64-without-armour/client.key.b64"},
        {"base64-without-armour/client.b64", "base/client.key"},
        {"base64-without-armour/azure.pfx.b64", "", "old-key-encryption/pass"},
        {"glued-pem/certkey.pem", "glued-pem/certkey.pem"},
        {"glued-pem/chain.pem", "base/client.key"},
        {"line-ends/cr-only.pem", "base/client.key"},
        {"line-ends/crcrlf.pem", "base/client.key"},
        {"line-ends/indented.pem", "base/client.key"},
        {"base/client.pem", "old-key-encryption/dek-des3.key", "old-key-encryption/pass"},
        {"base/client.pem", "old-key-encryption/dek-des3-crlf.key", "old-key-encryption/pass"},
        {"base/client.pem", "old-key-encryption/pbes2-3des.key", "old-key-encryption/pass"},
        {"base/client.pem", "old-key-encryption/scrypt.key", "old-key-encryption/pass"},
        {"p12-nomac/nomac.p12", "", "p12-nomac/pass"},
        {"p12-legacy/3des.p12", "", "p12-legacy/pass"},
        {"p12-legacy/nopass.p12", ""},
    };
    for (const auto& files : table) {
        const auto key_pair = load(files);
        ASSERT_TRUE(key_pair) << files.certificate << " " << files.key << ": " << to_string(key_pair.error());
        EXPECT_EQ(key_pair->certificate, certificate) << files.certificate;
        EXPECT_EQ(key_pair->key, key) << files.certificate << " " << files.key;
        EXPECT_THAT(key_pair->warnings, IsEmpty())
            << files.certificate << to_string(key_pair->warnings.front());
    }
}

TEST_F(Cases, ThatAreNoCertificateAreNamedForWhatTheyAre) {
    const std::vector<std::array<std::string, 3>> table = {
        {"client.pem.gz", "a gzip file", "decompress"},
        {"csr.pem", "\"CERTIFICATE REQUEST\"", "have a CA sign"},
        {"device.zip", "a ZIP archive", "unpack"},
        {"empty.pem", "empty", "check how"},
        {"html.pem", "a web page", "download"},
        {"lfs.pem", "a pointer of Git LFS", "fetch"},
        {"openssh.key", "\"OPENSSH PRIVATE KEY\"", "private key"},
        {"ppk.key", "a private key of PuTTY", "private key"},
        {"public.key", "\"PUBLIC KEY\"", "certificate"},
        {"vault.key", "Ansible Vault", "decrypt"},
        {"xml.key", "a key as XML", "private key"},
    };
    for (const auto& [name, what, hint] : table) {
        const auto key_pair = load({.certificate = "not-a-certificate/" + name});
        ASSERT_FALSE(key_pair) << name;
        EXPECT_THAT(
            key_pair.error().what,
            HasSubstr(name + (name == "csr.pem" || what.starts_with('"') ? " contains " + what : " is ")));
        EXPECT_THAT(key_pair.error().what, HasSubstr(what));
        EXPECT_THAT(key_pair.error().hint, HasSubstr(hint));
        const auto key = load({.certificate = "base/client.pem", .key = "not-a-certificate/" + name});
        ASSERT_FALSE(key) << name;
        EXPECT_THAT(key.error().what, HasSubstr(what));
        EXPECT_THAT(key.error().hint, Not(IsEmpty()));
    }
    for (const std::string name : {"client.jks", "jceks.jks"})
        EXPECT_THAT(load({.certificate = "java-keystore/" + name}).error().what,
                    HasSubstr("a Java keystore"));
}

TEST_F(Cases, WithTrailingBytesAreRefusedOrReadWithTheirOffset) {
    const std::vector<std::array<std::string, 2>> refused = {
        {"cut.der", "is truncated: 500 of its 739 bytes are present"},
        {"ff.der", "has 37 bytes after the end of its DER data, at offset 739"},
        {"nl.der", "has 1 byte after the end of its DER data, at offset 739"},
        {"nul.der", "has 37 bytes after the end of its DER data, at offset 739"},
        {"noend.pem", "begins at offset 0 and has no END line; the file ends at offset 1032"},
    };
    for (const auto& [name, what] : refused) {
        const auto key_pair = load({.certificate = "trailing/" + name});
        ASSERT_FALSE(key_pair) << name;
        EXPECT_THAT(key_pair.error().what, HasSubstr(what));
        EXPECT_THAT(key_pair.error().hint, Not(IsEmpty()));
    }
    EXPECT_THAT(load({.certificate = "base/client.pem", .key = "trailing/key-nl.der"}).error().what,
                HasSubstr("has 2 bytes after the end of its DER data, at offset 1215"));
    for (const auto& [name, byte] :
         std::vector<std::array<std::string, 2>>{{"ctrlz.pem", "1a"}, {"nul.pem", "00"}}) {
        const auto key_pair = load({.certificate = "trailing/" + name});
        ASSERT_TRUE(key_pair) << to_string(key_pair.error());
        EXPECT_EQ(key_pair->certificate, file("base/client.der"));
        ASSERT_EQ(key_pair->warnings.size(), 1U);
        EXPECT_EQ(key_pair->warnings.front().what,
                  "its file has the byte " + byte + " at offset 1058, which is no text");
    }
}

} // namespace
} // namespace bgs2::pki
