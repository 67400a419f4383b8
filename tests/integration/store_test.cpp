// SPDX-License-Identifier: Apache-2.0
// Certificates in stores other than the TLS store.
#include "tests/integration/certificates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

namespace bgs2::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Key;
using testing::Not;
using testing::UnorderedElementsAre;
using Slots = std::map<std::uint32_t, Gateway::Dictionary>;

std::map<std::string, Slots> other_stores(Gateway& gateway) {
    std::map<std::string, Slots> by_store;
    const auto slots = gateway.modem()
                           ->getProperty("OtherStores")
                           .onInterface("io.bgs2d1.Modem")
                           .get<std::vector<Gateway::Dictionary>>();
    for (const Gateway::Dictionary& slot : slots)
        by_store[slot.at("store").get<std::string>()].emplace(slot.at("slot").get<std::uint32_t>(), slot);
    return by_store;
}

std::string slot_text(const Gateway::Dictionary& slot, const char* key) {
    const auto found = slot.find(key);
    return found == slot.end() ? std::string() : found->second.get<std::string>();
}

/// The management certificate in slot 1 of management_cert, the CA in slot 1 of is_cert.
std::string two_stores(const Gateway& gateway) {
    const std::string file = gateway.write("management.pem", management().certificate_pem());
    return "[[slot]]\nstore = \"management_cert\"\nindex = 1\ncertificate = \"" + file + "\"\n" +
           ca_policy(gateway);
}

/// The error of Provision for this slot; empty: success.
std::string provisioned(Gateway& gateway, const Gateway::Dictionary& options) {
    const sdbus::ObjectPath job = gateway.ask("Provision", options);
    EXPECT_TRUE(gateway.eventually([&] { return gateway.end_of(job).has_value(); })) << gateway.log();
    return gateway.end_of(job).value_or("it did not end");
}

/// The name of the error of the call.
std::string refusal(Gateway& gateway, const Gateway::Dictionary& options) {
    try {
        gateway.ask("Provision", options);
    } catch (const sdbus::Error& e) {
        return e.getName();
    }
    return {};
}

const std::string management_store = "management_cert";

TEST(OtherStores, AreWrittenReadBackAndListedApartFromTheTlsStore) {
    Gateway gateway;
    gateway.write_policy("10-stores", two_stores(gateway));
    gateway.start();
    gateway.plug("modem");
    ASSERT_TRUE(gateway.becomes("compliant")) << gateway.log();
    EXPECT_EQ(gateway.thumbprint(1), certificate_authority().certificate().fingerprint());
    const auto others = other_stores(gateway);
    ASSERT_THAT(others, UnorderedElementsAre(Key(management_store)));
    const Gateway::Dictionary slot = others.at(management_store).at(1);
    EXPECT_EQ(slot_text(slot, "thumbprint"), management().certificate().fingerprint());
    EXPECT_EQ(slot_text(slot, "compliance"), "compliant");
    EXPECT_THAT(slot_text(slot, "subject"), HasSubstr("Fleet Management"));
    const std::string log = gateway.modem_log("modem");
    EXPECT_THAT(log, HasSubstr("slot management_cert 1 written"));
    EXPECT_GT(log.rfind("AT^SBNR=\"management_cert\""), log.find("slot management_cert 1 written"));
    EXPECT_LT(log.find("slot is_cert 1 written"), log.find("slot management_cert 1 written"))
        << "a module under a management key would not take the other any more";
    EXPECT_EQ(gateway.frames("modem"), 2U);
}

TEST(OtherStores, AreNotReadIfThePolicyNamesNone) {
    Gateway gateway;
    gateway.write_policy("10-ca", ca_policy(gateway));
    gateway.start();
    gateway.plug("modem",
                 {"--slots", slots_file(gateway, {{"management_cert", 1, management().certificate_pem()}})});
    ASSERT_TRUE(gateway.becomes("compliant")) << gateway.log();
    EXPECT_THAT(other_stores(gateway), IsEmpty());
    EXPECT_THAT(gateway.modem_log("modem"), Not(HasSubstr("management_cert")));
}

TEST(OtherStores, AreNotConfusedWithTheSameSlotOfTheTlsStore) {
    Gateway gateway;
    gateway.write_policy("10-stores", two_stores(gateway));
    gateway.start();
    // The certificates are swapped.
    const std::string swapped =
        slots_file(gateway, {{"is_cert", 1, management().certificate_pem()},
                             {"management_cert", 1, certificate_authority().certificate_pem()}});
    gateway.plug("modem", {"--slots", swapped});
    ASSERT_TRUE(gateway.becomes("compliant")) << gateway.log();
    EXPECT_EQ(gateway.thumbprint(1), certificate_authority().certificate().fingerprint());
    EXPECT_EQ(slot_text(other_stores(gateway).at(management_store).at(1), "thumbprint"),
              management().certificate().fingerprint());
    EXPECT_EQ(gateway.frames("modem"), 2U);
}

TEST(OtherStores, AreNotAffectedByEraseUnlisted) {
    Gateway gateway;
    gateway.write_policy("10-stores", "[provision]\nerase-unlisted = true\n" + two_stores(gateway));
    gateway.start();
    const std::string slots = slots_file(gateway, {{"is_cert", 2, client().certificate_pem()},
                                                   {"management_cert", 2, client().certificate_pem()}});
    gateway.plug("modem", {"--slots", slots});
    ASSERT_TRUE(gateway.becomes("compliant")) << gateway.log();
    EXPECT_EQ(gateway.thumbprint(2), "");
    const Gateway::Dictionary kept = other_stores(gateway).at(management_store).at(2);
    EXPECT_EQ(slot_text(kept, "compliance"), "unlisted");
    EXPECT_EQ(slot_text(kept, "thumbprint"), client().certificate().fingerprint());
}

TEST(OtherStores, AreProvisionedOneSlotAtATimeOnRequest) {
    Gateway gateway;
    gateway.write_policy("10-stores", "[provision]\nmode = \"manual\"\n" + two_stores(gateway));
    gateway.start();
    gateway.plug("modem");
    ASSERT_TRUE(gateway.becomes("drifted")) << gateway.log();
    EXPECT_THAT(gateway.property("Reason"), AllOf(HasSubstr("management_cert"), HasSubstr("slot 1")));

    const std::uint32_t one = 1;
    EXPECT_EQ(provisioned(gateway, {{"slot", one}, {"store", management_store}}), "");
    EXPECT_EQ(gateway.frames("modem"), 1U);
    EXPECT_THAT(gateway.modem_log("modem"), HasSubstr("slot management_cert 1 written"));
    EXPECT_EQ(gateway.property("State"), "drifted");
    EXPECT_EQ(gateway.thumbprint(1), "");

    EXPECT_EQ(provisioned(gateway, {{"slot", one}}), "") << "is_cert if the store is left out";
    EXPECT_EQ(gateway.frames("modem"), 2U);
    EXPECT_EQ(gateway.property("State"), "compliant");
}

TEST(OtherStores, MissingFromThePolicyAreRejected) {
    Gateway gateway;
    gateway.write_policy("10-ca", ca_policy(gateway));
    gateway.start();
    gateway.plug("modem");
    ASSERT_TRUE(gateway.becomes("compliant")) << gateway.log();
    const std::uint32_t one = 1;
    const std::string invalid = "io.bgs2d1.Error.InvalidArgument";
    EXPECT_EQ(refusal(gateway, {{"slot", one}, {"store", management_store}}), invalid);
    EXPECT_EQ(refusal(gateway, {{"slot", one}, {"store", std::string("omadm")}}), invalid);
    EXPECT_EQ(refusal(gateway, {{"store", management_store}}), invalid);
    EXPECT_EQ(gateway.frames("modem"), 1U);
}

} // namespace
} // namespace bgs2::test
