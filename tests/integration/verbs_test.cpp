// SPDX-License-Identifier: Apache-2.0
// Verbs that change slots: installing certificates, erasing slots, sending frames.
#include "tests/integration/certificates.h"
#include "tests/integration/ctl.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace bgs2::test {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using Words = std::vector<std::string>;

class SlotVerbs : public testing::Test {
  protected:
    void SetUp() override {
        gateway_.write_policy("10-ca", ca_policy(gateway_)); // slot 1
        gateway_.start();
        gateway_.plug("modem");
        ASSERT_TRUE(gateway_.becomes("compliant")) << gateway_.log();
        gateway_.write("client.pem", client().certificate_pem());
        gateway_.write("client.key", client().pkcs8_pem());
    }

    std::string file(const char* name) { return gateway_.path(name); }

    Gateway gateway_;
};

TEST_F(SlotVerbs, InstallACertificate) {
    const Outcome text = ctl(gateway_, {"install", "--slot", "2", "--cert", file("ca.pem")});
    EXPECT_EQ(text.exit, 0) << text.errors << gateway_.log();
    EXPECT_EQ(text.output, std::string(default_imei) + ": slot 2 written\n");
    EXPECT_EQ(gateway_.thumbprint(2), certificate_authority().certificate().fingerprint());
}

TEST_F(SlotVerbs, InstallACertificateWithItsKey) {
    const Outcome object =
        ctl(gateway_, {"install", "809", "--slot", "0", "--cert", file("client.pem"), "--key",
                       file("client.key"), "--store", "is_cert", "--format", "der", "--json"});
    EXPECT_EQ(object.exit, 0) << object.errors << gateway_.log();
    const json result = json::parse(object.output);
    EXPECT_EQ(result["operation"], "install");
    EXPECT_EQ(result["success"], true);
    EXPECT_EQ(gateway_.thumbprint(0), client().certificate().fingerprint());
}

TEST_F(SlotVerbs, ReadACertificateFromStandardInput) {
    EXPECT_EQ(
        ctl(gateway_, {"install", "--slot", "2", "--cert", "-"}, certificate_authority().certificate_pem())
            .exit,
        0)
        << gateway_.log();
    EXPECT_EQ(gateway_.thumbprint(2), certificate_authority().certificate().fingerprint());
}

TEST_F(SlotVerbs, ReadAPassphraseFromAPipe) {
    gateway_.write("encrypted.key", client().encrypted_pem("secret"));
    Process shell({"sh", "-c",
                   fmt::format("echo secret | {} install --slot 0 --cert {} --key {} --passphrase-file -",
                               BGS2CTL, file("client.pem"), file("encrypted.key"))},
                  {.environment = {"DBUS_SYSTEM_BUS_ADDRESS=" + gateway_.bus_address()},
                   .output = file("install.out")});
    EXPECT_EQ(shell.wait(30s), 0) << read_text(file("install.out")) << gateway_.log();
    EXPECT_EQ(gateway_.thumbprint(0), client().certificate().fingerprint());
}

TEST_F(SlotVerbs, RejectInvalidFilesAndPolicySlotsAndWriteNothing) {
    gateway_.write("garbage", "no certificate");
    EXPECT_EQ(ctl(gateway_, {"install", "--slot", "2", "--cert", file("garbage")}).exit, 1);
    gateway_.write("other.key", certificate_authority().pkcs8_pem());
    EXPECT_EQ(
        ctl(gateway_, {"install", "--slot", "0", "--cert", file("client.pem"), "--key", file("other.key")})
            .exit,
        1);
    // The policy governs slot 1.
    const Outcome governed = ctl(gateway_, {"install", "--slot", "1", "--cert", file("ca.pem")});
    EXPECT_EQ(governed.exit, 1);
    EXPECT_THAT(governed.errors, Not(HasSubstr("NotSupported"))) << "words are for programs";
    EXPECT_THAT(ctl(gateway_, {"install", "--slot", "1", "--cert", file("ca.pem"), "--json"}).errors,
                HasSubstr(R"("error":"NotSupported")"));
    EXPECT_EQ(gateway_.frames("modem"), 1U);
}

TEST_F(SlotVerbs, EraseASlot) {
    ASSERT_EQ(ctl(gateway_, {"install", "--slot", "2", "--cert", file("ca.pem")}).exit, 0) << gateway_.log();
    const Outcome text = ctl(gateway_, {"erase", "--slot", "2"});
    EXPECT_EQ(text.exit, 0) << text.errors;
    EXPECT_EQ(text.output, std::string(default_imei) + ": slot 2 erased\n");
    EXPECT_EQ(gateway_.thumbprint(2), "");
    for (const auto* slot : {"8", "10"})
        ASSERT_EQ(ctl(gateway_, {"install", "--slot", slot, "--cert", file("ca.pem")}).exit, 0) << slot;
    EXPECT_EQ(ctl(gateway_, {"erase", "--slot", "010"}).output,
              std::string(default_imei) + ": slot 10 erased\n")
        << "decimal, whatever digit it begins with";
    EXPECT_EQ(gateway_.thumbprint(10), "");
    EXPECT_NE(gateway_.thumbprint(8), "");
    ASSERT_EQ(ctl(gateway_, {"install", "--slot", "3", "--cert", file("ca.pem")}).exit, 0);
    EXPECT_EQ(json::parse(ctl(gateway_, {"erase", "any", "--slot", "3", "--json"}).output)["success"], true);
}

TEST_F(SlotVerbs, SendAFrameUnchanged) {
    ASSERT_EQ(
        ctl(gateway_, {"frame", "encode", "--slot", "2", "--cert", file("ca.pem"), "-o", file("write.bin")})
            .exit,
        0);
    const Outcome text = ctl(gateway_, {"frame", "send", "809", file("write.bin")});
    EXPECT_EQ(text.exit, 0) << text.errors << gateway_.log();
    EXPECT_THAT(text.output, StartsWith("writes slot 2 of is_cert: CN=Test CA"));
    EXPECT_THAT(text.output, HasSubstr(": slot 2 of is_cert written\n"));
    EXPECT_EQ(gateway_.thumbprint(2), certificate_authority().certificate().fingerprint());
    std::size_t same = 0;
    for (const auto& frame : std::filesystem::directory_iterator(gateway_.path("modem.frames")))
        same += read_text(frame.path()) == read_text(file("write.bin")) ? 1 : 0;
    EXPECT_EQ(same, 1U);
    const Outcome object = ctl(gateway_, {"frame", "send", "-", "--json"}, read_text(file("write.bin")));
    EXPECT_EQ(object.exit, 0) << object.errors;
    EXPECT_EQ(json::parse(object.output)["operation"], "send");
}

TEST_F(SlotVerbs, LeaveJobsWithADescriptionAndAResult) {
    ASSERT_EQ(ctl(gateway_, {"install", "--slot", "2", "--cert", file("ca.pem")}).exit, 0) << gateway_.log();
    const json jobs = json::parse(ctl(gateway_, {"jobs", "--json"}).output);
    ASSERT_FALSE(jobs.empty());
    EXPECT_EQ(jobs.back()["operation"], "install");
    EXPECT_THAT(jobs.back()["description"].get<std::string>(), StartsWith("install CN=Test CA"));
    EXPECT_GT(jobs.back()["ended"], 0);
    EXPECT_EQ(jobs.back()["result"], "ok");
}

} // namespace
} // namespace bgs2::test
