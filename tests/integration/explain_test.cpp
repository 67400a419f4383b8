// SPDX-License-Identifier: Apache-2.0
// Policies on the bus: the active ones, the reason why one applies, and the errors of files.
#include "tests/integration/certificates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fcntl.h>

namespace bgs2::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Dictionaries = std::vector<Gateway::Dictionary>;

constexpr const char* manager_interface = "io.bgs2d1.Manager";

std::string field_of(const Gateway::Dictionary& dictionary, const char* key) {
    return dictionary.at(key).get<std::string>();
}

Dictionaries explained(Gateway& gateway, const std::string& imei) {
    Dictionaries files;
    gateway.manager()
        .callMethod("ExplainPolicy")
        .onInterface(manager_interface)
        .withArguments(imei)
        .storeResultsTo(files);
    return files;
}

/// "10-ca applies", one for each file.
std::vector<std::string> statuses(Gateway& gateway) {
    std::vector<std::string> result;
    for (const auto& file : explained(gateway, default_imei))
        result.push_back(field_of(file, "policy") + " " + field_of(file, "status"));
    return result;
}

std::vector<std::string> problems(Gateway& gateway, const std::string& file) {
    std::vector<std::string> result;
    gateway.manager()
        .callMethod("CheckPolicy")
        .onInterface(manager_interface)
        .withArguments(sdbus::UnixFd(::open(file.c_str(), O_RDONLY | O_CLOEXEC), sdbus::adopt_fd))
        .storeResultsTo(result);
    return result;
}

TEST(ExplainPolicy, ReportsTheStatusOfEveryFile) {
    Gateway gateway;
    gateway.write("vendor/10-ca.toml", "[match]\n");
    gateway.write("vendor/20-vendor.toml", "broken, but masked");
    gateway.write_policy("05-others",
                         "[match]\nmodel = \"BGS2-*\"\nimei = \"!" + std::string(default_imei) + "\"\n");
    gateway.write_policy("10-ca", ca_policy(gateway));
    gateway.write_policy("20-vendor", "# not here\n");
    gateway.write_policy("30-rest", "[provision]\nmode = \"ignore\"\n");
    gateway.start({"--policy-dir", gateway.path("vendor")});
    gateway.plug("modem");
    ASSERT_TRUE(gateway.becomes("compliant")) << gateway.log();
    EXPECT_THAT(statuses(gateway), ElementsAre("05-others does-not-match", "10-ca applies", "10-ca masked",
                                               "20-vendor masks", "20-vendor masked", "30-rest not-asked"));
    const auto files = explained(gateway, "809"); // a suffix of the IMEI
    EXPECT_EQ(field_of(files.at(0), "file"), gateway.path("policy.d/05-others.toml"));
    EXPECT_EQ(field_of(files.at(0), "field"), "imei");
    EXPECT_EQ(files.at(0).at("line").get<std::uint32_t>(), 3U);
    EXPECT_THAT(field_of(files.at(0), "why"), HasSubstr("is excluded by"));
    EXPECT_EQ(field_of(files.at(2), "masked-by"), gateway.path("policy.d/10-ca.toml"));
    EXPECT_THAT(field_of(files.at(3), "why"), HasSubstr(gateway.path("vendor/20-vendor.toml")));

    gateway.write_policy("30-rest", "[provision]\nmoed = 1\n");
    gateway.reload();
    EXPECT_EQ(statuses(gateway).back(), "30-rest broken");
    EXPECT_EQ(explained(gateway, default_imei).back().at("line").get<std::uint32_t>(), 2U);
}

TEST(ExplainPolicy, FailsWithNotFoundForAnUnknownModem) {
    Gateway gateway;
    gateway.start();
    try {
        explained(gateway, "000");
        FAIL() << "it was explained";
    } catch (const sdbus::Error& e) {
        EXPECT_EQ(e.getName(), "io.bgs2d1.Error.NotFound");
    }
}

TEST(ListPolicies, ReportsThePathsOfSecretsNotTheirContents) {
    Gateway gateway;
    gateway.write_policy("10-client",
                         "[match]\nmodel = [\"BGS2-*\", \"!BGS2-E\"]\nproperty = { ID_BUS = \"usb\" }\n"
                         "[port]\nborrow-from = [\"gprs.service\"]\nwindow = \"02:00-04:00\"\n" +
                             client_policy(gateway));
    gateway.write_policy("20-rest", "[provision]\nmode = \"ignore\"\n");
    gateway.start();
    Dictionaries policies;
    gateway.manager().callMethod("ListPolicies").onInterface(manager_interface).storeResultsTo(policies);
    ASSERT_EQ(policies.size(), 2U);
    EXPECT_EQ(field_of(policies[0], "policy"), "10-client");
    EXPECT_EQ(field_of(policies[0], "mode"), "auto");
    using Match = std::map<std::string, std::vector<std::string>>;
    EXPECT_EQ(policies[0].at("match").get<Match>(),
              (Match{{"model", {"BGS2-*", "!BGS2-E"}}, {"property ID_BUS", {"usb"}}}));
    EXPECT_EQ(field_of(policies[0], "use"), "borrow");
    EXPECT_THAT(policies[0].at("borrow-from").get<std::vector<std::string>>(), ElementsAre("gprs.service"));
    EXPECT_EQ(field_of(policies[0], "window"), "02:00-04:00");
    const auto slots = policies[0].at("slots").get<Dictionaries>();
    ASSERT_EQ(slots.size(), 2U);
    EXPECT_EQ(slots[0].at("slot").get<std::uint32_t>(), 0U);
    EXPECT_EQ(field_of(slots[0], "store"), "is_cert");
    EXPECT_EQ(field_of(slots[0], "certificate"), gateway.path("client.pem"));
    EXPECT_EQ(field_of(slots[0], "private-key"), gateway.path("client.key"));
    EXPECT_EQ(slots[1].at("slot").get<std::uint32_t>(), 1U);
    EXPECT_EQ(field_of(slots[1], "certificate"), gateway.path("ca.pem"));
    EXPECT_EQ(field_of(policies[1], "file"), gateway.path("policy.d/20-rest.toml"));
    EXPECT_EQ(field_of(policies[1], "mode"), "ignore");
    EXPECT_FALSE(policies[1].contains("window"));
}

TEST(CheckPolicy, ReportsAllErrorsAndAppliesNothing) {
    Gateway gateway;
    gateway.start();
    const std::string good = gateway.write("good.toml", "[match]\nmodel = \"BGS2-*\"\n");
    const std::string bad = gateway.write("bad.toml", "[match]\nmodle = \"x\"\n[port]\nbaud = 1\n");
    EXPECT_THAT(problems(gateway, good), IsEmpty());
    EXPECT_THAT(problems(gateway, bad),
                ElementsAre("policy:2:1: unknown key \"modle\" in [match]; did you mean \"model\"?",
                            HasSubstr("policy:4:8: [port] baud must be one of ")));
    Dictionaries policies;
    gateway.manager().callMethod("ListPolicies").onInterface(manager_interface).storeResultsTo(policies);
    EXPECT_THAT(policies, IsEmpty());
}

TEST(CheckPolicy, RejectsDevicesAndOversizedFiles) {
    Gateway gateway;
    gateway.start();
    const std::string large = gateway.write("large.toml", std::string((1U << 20U) + 1, '#'));
    for (const auto& [file, error] :
         {std::pair{std::string("/dev/zero"), "Failed"}, std::pair{large, "TooMuchData"}}) {
        try {
            problems(gateway, file);
            FAIL() << file << " was taken";
        } catch (const sdbus::Error& e) {
            EXPECT_EQ(e.getName(), std::string("io.bgs2d1.Error.") + error) << e.getMessage();
        }
    }
}

} // namespace
} // namespace bgs2::test
