// SPDX-License-Identifier: Apache-2.0
#include "daemon/pki/pkcs12.h"
#include "tests/support/identity.h"
#include "tests/unit/daemon/pki/cases.h"

#include <gmock/gmock.h>
#include <openssl/err.h>

#include <algorithm>

namespace bgs2::pki {
namespace {

using test::Identity;
using testing::HasSubstr;

constexpr auto code = ErrorCode::invalid_certificate;

using CasesOfPkcs12 = test::Cases;

TEST(Pkcs12, ReturnsTheKeyItsCertificateAndTheIssuersInOrder) {
    const Identity root = Identity::make({.common_name = "Root", .ca = true});
    const Identity middle = Identity::make({.common_name = "Middle", .ca = true, .issuer = &root});
    const Identity leaf = Identity::make({.common_name = "Leaf", .issuer = &middle});
    const Secret secret = Secret::copy_of(as_bytes("pass"));
    const auto store =
        read_pkcs12(leaf.pkcs12({.passphrase = "pass", .others = {middle.certificate(), root.certificate()}}),
                    "a.p12", &secret, code);
    ASSERT_TRUE(store) << to_string(store.error());
    ASSERT_EQ(store->keys.size(), 1U);
    EXPECT_TRUE(store->keys.front().matches(leaf.certificate()));
    EXPECT_THAT(store->certificates,
                testing::ElementsAre(leaf.certificate(), middle.certificate(), root.certificate()));
}

TEST(Pkcs12, OpensWithoutAPassphraseIfNoneIsSet) {
    const Identity leaf = Identity::make({});
    const Secret none;
    for (const Secret* secret : {static_cast<const Secret*>(nullptr), &none}) {
        const auto store = read_pkcs12(leaf.pkcs12({}), "a.p12", secret, code);
        ASSERT_TRUE(store) << to_string(store.error());
        EXPECT_EQ(store->certificates.size(), 1U);
    }
    EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST(Pkcs12, MayContainOnlyIssuers) {
    const Identity root = Identity::make({.ca = true});
    const auto store = read_pkcs12(
        root.pkcs12({.others = {root.certificate()}, .with_key = false, .with_certificate = false}), "a.p12",
        nullptr, code);
    ASSERT_TRUE(store) << to_string(store.error());
    EXPECT_TRUE(store->keys.empty());
    EXPECT_THAT(store->certificates, testing::ElementsAre(root.certificate()));
}

TEST(Pkcs12, RefusesACorruptStore) {
    const Secret secret = Secret::copy_of(as_bytes("pass"));
    Bytes longer = Identity::make({}).pkcs12({.passphrase = "pass"});
    const Bytes shorter(longer.begin(), longer.end() - 1);
    longer.push_back(std::byte{0});
    EXPECT_THAT(read_pkcs12(longer, "a.p12", &secret, code).error().what,
                HasSubstr("a.p12 has 1 byte after the end of its PKCS#12 store"));
    EXPECT_THAT(read_pkcs12(shorter, "a.p12", &secret, code).error().what,
                HasSubstr("a.p12 is not a valid PKCS#12 store"));
    EXPECT_EQ(read_pkcs12({}, "a.p12", &secret, ErrorCode::invalid_argument).error().code,
              ErrorCode::invalid_argument);
    EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST(Pkcs12, IsReadIfItsMacIsOfAnUnknownKind) {
    const Identity leaf = Identity::make({});
    Bytes der = leaf.pkcs12({.passphrase = "pass"});
    const Bytes sha256{std::byte{0x86}, std::byte{0x48}, std::byte{0x01}, std::byte{0x65},
                       std::byte{0x03}, std::byte{0x04}, std::byte{0x02}, std::byte{0x01}};
    const auto found = std::ranges::find_end(der, sha256);
    ASSERT_FALSE(found.empty());
    found.back() = std::byte{0x7f};
    const Secret right = Secret::copy_of(as_bytes("pass"));
    const auto store = read_pkcs12(der, "a.p12", &right, code);
    ASSERT_TRUE(store) << to_string(store.error());
    EXPECT_EQ(store->keys.size(), 1U);
    const Secret wrong = Secret::copy_of(as_bytes("wrong"));
    EXPECT_EQ(read_pkcs12(der, "a.p12", &wrong, code).error().what, "wrong passphrase for a.p12");
    EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST(Pkcs12, RefusesAPassphraseWithANulByte) {
    const Secret secret = Secret::copy_of(as_bytes(std::string_view("pa\0ss", 5)));
    const auto store = read_pkcs12(Identity::make({}).pkcs12({.passphrase = "pa"}), "a.p12", &secret, code);
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().what, "the passphrase of a.p12 contains a NUL byte");
}

TEST_F(CasesOfPkcs12, WithoutAMacAreReadWithTheRightPassphraseOnly) {
    const Bytes der = file("p12-nomac/nomac.p12");
    const auto right = passphrase("p12-nomac/pass");
    const auto store = read_pkcs12(der, "a.p12", &*right, code);
    ASSERT_TRUE(store) << to_string(store.error());
    ASSERT_EQ(store->keys.size(), 1U);
    EXPECT_TRUE(store->keys.front().matches(store->certificates.front()));
    const Secret wrong = Secret::copy_of(as_bytes("wrong"));
    EXPECT_EQ(read_pkcs12(der, "a.p12", &wrong, code).error().what, "wrong passphrase for a.p12");
    EXPECT_EQ(read_pkcs12(der, "a.p12", nullptr, code).error().what,
              "a.p12 is encrypted and requires a passphrase");
}

TEST_F(CasesOfPkcs12, WithOldEncryptionOrWithoutAPassphraseAreRead) {
    const auto secret = passphrase("p12-legacy/pass");
    for (const Secret* given : {static_cast<const Secret*>(nullptr), &*secret}) {
        const std::string name = given != nullptr ? "3des.p12" : "nopass.p12";
        const auto store = read_pkcs12(file("p12-legacy/" + name), name, given, code);
        ASSERT_TRUE(store) << to_string(store.error());
        EXPECT_EQ(store->keys.size(), 1U);
        EXPECT_FALSE(store->certificates.empty());
    }
    EXPECT_THAT(read_pkcs12(file("p12-legacy/rc2.p12"), "rc2.p12", &*secret, code).error().what,
                HasSubstr("cannot decrypt rc2.p12: unsupported"));
}

} // namespace
} // namespace bgs2::pki
