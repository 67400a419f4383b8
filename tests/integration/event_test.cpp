// SPDX-License-Identifier: Apache-2.0
// Events in the journal, on which the alerts of operators depend.
#include "daemon/base/event.h"
#include "tests/integration/certificates.h"
#include "tests/support/fake_journal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iterator>
#include <memory>
#include <sstream>
#include <system_error>

namespace bgs2::test {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Key;
using testing::Pair;
using testing::SizeIs;

using Entry = FakeJournal::Entry;

class Events : public testing::Test {
  protected:
    void SetUp() override {
        try {
            journal_ = std::make_unique<FakeJournal>(gateway_.path("bgs2d.log"));
        } catch (const std::system_error& e) {
            GTEST_SKIP() << "SKIPPED: " << e.what();
        }
    }

    /// The entries of this event, at least one. Expects the level and the fields of its row in each.
    std::vector<Entry> entries(Event event) {
        const EventRow& expected = table_of<Event>.at(event);
        const auto found = [&] { return journal_->entries("MESSAGE_ID", std::string(expected.message_id)); };
        EXPECT_TRUE(gateway_.eventually([&] { return !found().empty(); }))
            << expected.word << " was not told: " << gateway_.log();
        for (const Entry& entry : found()) {
            EXPECT_THAT(entry, Contains(Pair("PRIORITY", std::to_string(static_cast<int>(expected.level)))));
            EXPECT_THAT(entry, Contains(Pair("SYSLOG_IDENTIFIER", "bgs2d")));
            std::istringstream names{std::string(expected.fields)};
            for (std::string name; names >> name;)
                EXPECT_THAT(entry, Contains(Key(name))) << expected.word;
        }
        return found();
    }

    Gateway gateway_;
    std::unique_ptr<FakeJournal> journal_;
};

TEST_F(Events, NameTheModemOnAppearanceProvisioningAndRemoval) {
    gateway_.write_policy("10-ca", ca_policy(gateway_));
    gateway_.start();
    gateway_.plug("modem");
    ASSERT_TRUE(gateway_.becomes("compliant")) << gateway_.log();
    gateway_.unplug("modem");
    for (const Event event : {Event::modem_appeared, Event::provisioned, Event::modem_gone})
        EXPECT_THAT(entries(event), Contains(AllOf(Contains(Pair("BGS2_IMEI", default_imei)),
                                                   Contains(Pair("BGS2_PORT", gateway_.path("modem"))))));
    EXPECT_THAT(entries(Event::provisioned),
                Contains(AllOf(Contains(Pair("BGS2_JOB", "1")), Contains(Pair("BGS2_POLICY", "10-ca")))));
    EXPECT_THAT(journal_->entries("MESSAGE_ID", std::string(table_of<Event>.at(Event::blocked).message_id)),
                IsEmpty());
}

TEST_F(Events, ContainTheReasonAndHintOfABlockedModem) {
    gateway_.write_policy("10-ca",
                          "[[slot]]\nindex = 1\ncertificate = \"" + gateway_.path("gone.pem") + "\"\n");
    gateway_.start();
    gateway_.plug("modem");
    ASSERT_TRUE(gateway_.becomes("blocked")) << gateway_.log();
    EXPECT_THAT(entries(Event::blocked),
                Contains(AllOf(Contains(Pair("BGS2_STATE", "blocked")),
                               Contains(Pair("BGS2_REASON", gateway_.property("Reason"))),
                               Contains(Pair("BGS2_HINT", gateway_.property("Hint"))))));
}

TEST_F(Events, ReportDrift) {
    gateway_.write_policy("10-ca", "[provision]\nmode = \"report\"\n" + ca_policy(gateway_));
    gateway_.start();
    gateway_.plug("modem");
    ASSERT_TRUE(gateway_.becomes("drifted")) << gateway_.log();
    EXPECT_THAT(entries(Event::drifted), Contains(Contains(Pair("BGS2_REASON", "slot 1 is empty"))));
}

TEST_F(Events, ReportATransientFailure) {
    gateway_.write_policy("10-ca", ca_policy(gateway_));
    gateway_.start();
    gateway_.plug("modem", {"--fault", "length-error,times=1"});
    ASSERT_TRUE(gateway_.becomes("compliant")) << gateway_.log();
    EXPECT_THAT(entries(Event::failed), Contains(Contains(Pair("BGS2_STATE", "failed"))));
}

TEST_F(Events, ReportInvalidPoliciesAndTheNextSuccessfulReload) {
    gateway_.start();
    gateway_.write_policy("10-broken", "[match]\nmodle = \"x\"\n[port]\nbaud = 1\n");
    ASSERT_EQ(gateway_.reload().size(), 2U);
    // The daemon also watches the file, and may have reported both errors before the request.
    EXPECT_THAT(entries(Event::policies_broken),
                Contains(Contains(Pair("BGS2_REASON", HasSubstr("10-broken.toml:2:1: ")))));
    EXPECT_THAT(
        journal_->entries("MESSAGE_ID", std::string(table_of<Event>.at(Event::policies_reloaded).message_id)),
        IsEmpty());
    gateway_.write_policy("10-broken", "[match]\nmodel = \"x\"\n");
    ASSERT_THAT(gateway_.reload(), IsEmpty());
    EXPECT_FALSE(entries(Event::policies_reloaded).empty());
}

} // namespace
} // namespace bgs2::test
