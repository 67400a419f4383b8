// SPDX-License-Identifier: Apache-2.0
#include "daemon/modem/desired.h"
#include "tests/support/identity.h"
#include "tests/support/soft_token.h"
#include "tests/support/temporary_directory.h"

#include <gmock/gmock.h>

#include <chrono>

namespace bgs2 {
namespace {

using namespace std::chrono_literals;
using policy::Source;
using policy::SourceKind;
using test::Algorithm;
using test::Identity;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;

const policy::ModemAttributes modem{
    .imei = "356938035643809", .model = "BGS2-W", .serial = "", .port_path = "", .properties = {}};
constexpr SlotAddress slot0{};
constexpr SlotAddress slot1{.store = Store::tls, .slot = 1};

const Identity& client() {
    static const Identity identity = Identity::make({.common_name = "Client"});
    return identity;
}

const Identity& manager() {
    static const Identity identity =
        Identity::make({.common_name = "Management", .algorithm = Algorithm::rsa2048});
    return identity;
}

class DesiredTest : public testing::Test {
  protected:
    [[nodiscard]] Source file(const std::string& name, std::string_view content) const {
        return {.kind = SourceKind::file, .name = folder_.write(name, content).string()};
    }

    static void make_world_readable(const Source& source) {
        std::filesystem::permissions(source.name, std::filesystem::perms::others_read,
                                     std::filesystem::perm_options::add);
    }

    static void age(const Source& source, std::chrono::seconds by) {
        std::filesystem::last_write_time(source.name, std::filesystem::file_time_type::clock::now() - by);
    }

    /// A policy of the client's certificate and its key in slot 0.
    [[nodiscard]] policy::Policy client_policy() const {
        policy::Policy policy;
        policy.slots.push_back({.certificate = file("client.pem", client().certificate_pem()),
                                .private_key = file("client.key", client().pkcs8_pem()),
                                .passphrase = {}});
        return policy;
    }

    [[nodiscard]] policy::Policy pkcs12_policy() const {
        policy::Policy policy;
        policy.slots.push_back(
            {.certificate = file("client.p12", as_text(client().pkcs12({.passphrase = "secret"}))),
             .private_key = {},
             .passphrase = file("client.pass", "secret\n")});
        return policy;
    }

    [[nodiscard]] Expected<Desired> load(const policy::Policy& policy) const {
        Desired desired = load_desired(policy, modem, folder_.path() / "credentials");
        if (desired.error)
            return std::unexpected(*desired.error);
        return desired;
    }

    static void expect_denied(const Expected<Desired>& desired, const std::string& what,
                              const Source& source) {
        ASSERT_FALSE(desired);
        EXPECT_EQ(desired.error().code, ErrorCode::access_denied);
        EXPECT_EQ(desired.error().what,
                  what + ": " + source.name + " contains a secret and is readable by others (mode 0604)");
        EXPECT_THAT(desired.error().hint, HasSubstr("chmod o-r " + source.name));
        EXPECT_THAT(desired.error().hint, HasSubstr("readable"));
    }

    test::TemporaryDirectory folder_;
};

TEST_F(DesiredTest, ContainsTheContentOfItsSources) {
    policy::Policy policy = client_policy();
    policy.slots.push_back({.index = 1,
                            .certificate = file("356938035643809.pem", manager().certificate_pem()),
                            .private_key = {},
                            .passphrase = {}});
    policy.slots.back().certificate.name = (folder_.path() / "{imei}.pem").string();
    const auto desired = load(policy);
    ASSERT_TRUE(desired) << to_string(desired.error());
    ASSERT_EQ(desired->slots.size(), 2);
    EXPECT_EQ(desired->slots[0].address, slot0);
    EXPECT_EQ(desired->slots[0].key_pair->certificate, client().certificate_der());
    EXPECT_FALSE(desired->slots[0].key_pair->key.empty());
    EXPECT_EQ(desired->slots[1].address, slot1);
    EXPECT_THAT(desired->slots[1].source, EndsWith("/356938035643809.pem"));
    EXPECT_TRUE(desired->slots[1].key_pair->key.empty());
    EXPECT_FALSE(desired->signing);
    EXPECT_EQ(desired->contents, (Contents{{slot0, content_of(*desired->slots[0].key_pair)},
                                           {slot1, content_of(*desired->slots[1].key_pair)}}));
    EXPECT_EQ(desired->contents.at(slot0)->certificate.sha1, client().certificate().fingerprint());
    EXPECT_EQ(desired->contents.at(slot0)->key, client().key().public_key().fingerprint());
    EXPECT_EQ(desired->contents.at(slot1)->key, "");
}

TEST_F(DesiredTest, ContainsTheOtherSlotsIfOneSourceCannotBeRead) {
    policy::Policy policy = client_policy();
    policy.slots.push_back({.index = 1,
                            .certificate = {.kind = SourceKind::file, .name = "/nowhere/ca.pem"},
                            .private_key = {},
                            .passphrase = {}});
    const Desired desired = load_desired(policy, modem, "");
    EXPECT_TRUE(desired.error);
    EXPECT_EQ(desired.slots.size(), 1);
    EXPECT_TRUE(desired.contents.at(slot0));
    EXPECT_FALSE(desired.contents.at(slot1)) << "the policy names it, its content is unknown";
}

TEST_F(DesiredTest, ContainsTheSignerDigestAndImeiOption) {
    policy::Policy policy;
    policy.sign = policy::Sign{.key = file("mgmt.key", manager().encrypted_pem("secret")),
                               .passphrase = file("mgmt.pass", "secret\n"),
                               .digest = sbnw::Digest::sha1,
                               .imei = false};
    const auto desired = load(policy);
    ASSERT_TRUE(desired) << to_string(desired.error());
    ASSERT_TRUE(desired->signing);
    EXPECT_EQ(desired->signing->signer->public_key(), manager().key().public_key());
    EXPECT_EQ(desired->signing->digest, sbnw::Digest::sha1);
    EXPECT_FALSE(desired->signing->imei);
}

TEST_F(DesiredTest, NamesTheSourceThatCannotBeRead) {
    policy::Policy policy;
    policy.slots.push_back({.index = 2,
                            .store = Store::management,
                            .certificate = {.kind = SourceKind::file, .name = "/nowhere/a.pem"},
                            .private_key = {},
                            .passphrase = {}});
    auto desired = load(policy);
    ASSERT_FALSE(desired);
    EXPECT_EQ(desired.error().code, ErrorCode::not_found);
    EXPECT_THAT(desired.error().what,
                testing::StartsWith("slot 2 of management_cert: cannot read /nowhere/a.pem: "));

    policy.slots.clear();
    policy.sign = policy::Sign{.key = {.kind = SourceKind::file, .name = "/nowhere/b.key"}, .passphrase = {}};
    desired = load(policy);
    ASSERT_FALSE(desired);
    EXPECT_THAT(desired.error().what, testing::StartsWith("the signing key: cannot read /nowhere/b.key: "));
}

TEST_F(DesiredTest, NamesTheOlderFileOfAKeyPair) {
    const policy::Policy policy = client_policy();
    const policy::SlotRule& rule = policy.slots.front();
    age(rule.certificate, 10s);
    EXPECT_EQ(load(policy).value().slots.front().lagging, rule.certificate.name);
    age(*rule.private_key, 20s);
    EXPECT_EQ(load(policy).value().slots.front().lagging, rule.private_key->name);
    EXPECT_EQ(load(pkcs12_policy()).value().slots.front().lagging, "");
}

TEST_F(DesiredTest, RejectsAWorldReadableKeyUnlessThePolicyAllowsIt) {
    policy::Policy policy = client_policy();
    const Source key = *policy.slots.front().private_key;
    make_world_readable(key);
    expect_denied(load(policy), "slot 0", key);
    policy.readable.push_back(key);
    EXPECT_TRUE(load(policy));
}

TEST_F(DesiredTest, RejectsASymbolicLinkToAWorldReadableKey) {
    policy::Policy policy = client_policy();
    Source& key = *policy.slots.front().private_key;
    make_world_readable(key);
    std::filesystem::create_symlink(key.name, folder_.path() / "link.key");
    key.name = folder_.path() / "link.key";
    expect_denied(load(policy), "slot 0", key);
}

TEST_F(DesiredTest, RejectsAWorldReadablePassphraseUnlessThePolicyAllowsIt) {
    policy::Policy policy = pkcs12_policy();
    const Source passphrase = *policy.slots.front().passphrase;
    make_world_readable(passphrase);
    expect_denied(load(policy), "slot 0", passphrase);
    policy.readable.push_back(passphrase);
    EXPECT_TRUE(load(policy));
}

TEST_F(DesiredTest, RejectsAWorldReadablePkcs12IfItProvidesTheKey) {
    policy::Policy policy = pkcs12_policy();
    const Source store = policy.slots.front().certificate;
    make_world_readable(store);
    expect_denied(load(policy), "slot 0", store);
    policy.readable.push_back(store);
    EXPECT_TRUE(load(policy));

    policy.readable.clear();
    policy.slots.front().index = 1;
    EXPECT_TRUE(load(policy)) << "no key is taken for a slot that takes none";
}

TEST_F(DesiredTest, RejectsAWorldReadableSigningKeyUnlessThePolicyAllowsIt) {
    policy::Policy policy;
    policy.sign = policy::Sign{.key = file("mgmt.key", manager().pkcs8_pem()), .passphrase = {}};
    make_world_readable(policy.sign->key);
    expect_denied(load(policy), "the signing key", policy.sign->key);
    policy.readable.push_back(policy.sign->key);
    EXPECT_TRUE(load(policy));
}

TEST_F(DesiredTest, IgnoresThePermissionsOfSystemdCredentials) {
    policy::Policy policy = client_policy();
    make_world_readable(file("credentials/client.key", client().pkcs8_pem()));
    policy.slots.front().private_key = Source{.kind = SourceKind::credential, .name = "client.key"};
    const auto desired = load(policy);
    EXPECT_TRUE(desired) << to_string(desired.error());
}

TEST_F(DesiredTest, AcceptsAWorldReadableCertificate) {
    const policy::Policy policy = client_policy();
    make_world_readable(policy.slots.front().certificate);
    EXPECT_TRUE(load(policy));
}

TEST_F(DesiredTest, TakesKeysFromTokensWithAPinFromThePolicyOrTheUri) {
    const test::SoftToken token;
    token.import(manager(), "mgmt", "01");
    token.add_extractable(client().key(), modem.imei);
    const Source pin = file("pin", std::string(test::SoftToken::pin) + "\n");
    policy::Policy policy = client_policy();
    policy.slots.front().private_key =
        Source{.kind = SourceKind::pkcs11,
               .name = test::SoftToken::uri("object={imei}") + "&pin-source=file:" + pin.name};
    policy.sign = policy::Sign{
        .key = {.kind = SourceKind::pkcs11, .name = test::SoftToken::uri("object=mgmt")}, .passphrase = pin};
    auto desired = load(policy);
    ASSERT_TRUE(desired) << to_string(desired.error());
    EXPECT_TRUE(desired->slots.front().key_pair->private_key->matches(client().certificate()));
    EXPECT_FALSE(desired->slots.front().key_pair->key.empty());
    EXPECT_EQ(desired->slots.front().lagging, "");
    EXPECT_EQ(desired->signing->signer->public_key(), manager().key().public_key());
    EXPECT_THAT(source_files(policy, modem, ""),
                ElementsAre(policy.slots.front().certificate.name, pin.name));

    make_world_readable(pin);
    policy.sign.reset();
    expect_denied(load(policy), "slot 0", pin);
    policy.readable.push_back(pin);
    EXPECT_TRUE(load(policy));
}

TEST(SourceFiles, ContainEveryFileToReadOnce) {
    const auto named = [](std::string name) {
        return Source{.kind = SourceKind::file, .name = std::move(name)};
    };
    policy::Policy policy;
    policy.slots.push_back({.certificate = named("/c/{imei}.pem"),
                            .private_key = Source{.kind = SourceKind::credential, .name = "key"},
                            .passphrase = named("/c/pass")});
    policy.slots.push_back(
        {.index = 1, .certificate = named("/c/{imei}.pem"), .private_key = {}, .passphrase = {}});
    policy.slots.push_back(
        {.index = 2, .certificate = named("/c/{serial}.pem"), .private_key = {}, .passphrase = {}});
    policy.sign = policy::Sign{.key = named("/c/mgmt.key"), .passphrase = named("/c/pass")};
    EXPECT_THAT(source_files(policy, modem, "/credentials"),
                ElementsAre("/c/356938035643809.pem", "/credentials/key", "/c/pass", "/c/mgmt.key"));
    EXPECT_THAT(source_files(policy, modem, ""),
                ElementsAre("/c/356938035643809.pem", "/c/pass", "/c/mgmt.key"));
    EXPECT_THAT(source_files(policy::Policy(), modem, ""), IsEmpty());
}

} // namespace
} // namespace bgs2
