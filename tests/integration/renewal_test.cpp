// SPDX-License-Identifier: Apache-2.0
// Renewal of certificate files: bgs2d writes the new certificate to the modem without a request.
#include "tests/integration/certificates.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

namespace bgs2::test {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// The renewed certificate and key of the client.
const Identity& renewed_client() {
    static const Identity identity = Identity::make({.common_name = "Test Client",
                                                     .algorithm = Algorithm::rsa2048,
                                                     .issuer = &certificate_authority(),
                                                     .serial = 0x4be109b9});
    return identity;
}

const Identity& renewed_authority() {
    static const Identity identity = Identity::make(
        {.common_name = "Test CA", .algorithm = Algorithm::rsa2048, .ca = true, .serial = 0x4be109ba});
    return identity;
}

/// Replaces a file atomically: writes a temporary file and renames it.
void replace(const Gateway& gateway, const std::string& name, const std::string& text) {
    fs::rename(gateway.write(name + ".new", text), gateway.path(name));
}

/// Replaces a symbolic link atomically.
void relink(const fs::path& link, const fs::path& target) {
    const fs::path next = link.string() + "_tmp";
    fs::create_symlink(target, next);
    fs::rename(next, link);
}

std::string slot(unsigned index, const std::string& certificate, const std::string& key = {}) {
    std::string text = fmt::format("[[slot]]\nindex = {}\ncertificate = \"{}\"\n", index, certificate);
    if (!key.empty())
        text += fmt::format("private-key = \"{}\"\n", key);
    return text;
}

/// The transfer time in seconds at 115200 Bd of the traffic in the modem log from this offset on.
double on_the_wire(const Gateway& gateway, std::size_t from) {
    constexpr double bytes_per_second = 115200.0 / 10;
    std::size_t bytes = 0;
    std::istringstream log(gateway.modem_log("modem").substr(from));
    const auto behind = [](const std::string& line, std::string_view subject) {
        const auto found = line.find(subject);
        return found == std::string::npos ? std::string() : line.substr(found + subject.size());
    };
    for (std::string line; std::getline(log, line);) {
        if (const std::string command = behind(line, " command "); !command.empty())
            bytes += command.size() + 1; // and CR
        if (const std::string answer = behind(line, " answer "); !answer.empty())
            bytes += answer.size() + 4; // between CR LF and CR LF
        if (const std::string frame = behind(line, " frame "); !frame.empty())
            bytes += std::stoul(frame);
    }
    return static_cast<double>(bytes) / bytes_per_second;
}

bool holds(Gateway& gateway, unsigned slot, const Identity& identity,
           const std::string& imei = default_imei) {
    return gateway.eventually([&] {
        return gateway.property("State", imei) == "compliant" &&
               gateway.thumbprint(slot, imei) == identity.certificate().fingerprint();
    });
}

/// Waits until the daemon has processed earlier changes of files.
void wait_until_idle(Gateway& gateway) {
    std::vector<Gateway::Dictionary> steps;
    gateway.modem()
        ->callMethod("Plan") // answered after all earlier work
        .onInterface("io.bgs2d1.Modem")
        .withArguments(Gateway::Dictionary{})
        .storeResultsTo(steps);
    EXPECT_TRUE(steps.empty());
}

/// The method by which a program renews a certificate and its key.
struct RenewalMethod {
    const char* name;
    std::string certificate; ///< path in the policy, relative to the folder of the gateway
    std::string key;
    void (*issue)(const Gateway&, const Identity&); ///< the first issue
    void (*renew)(const Gateway&, const Identity&);
};

class Renewal : public testing::TestWithParam<RenewalMethod> {};

TEST_P(Renewal, ReachesTheModemWithoutARequest) {
    const RenewalMethod& way = GetParam();
    Gateway gateway;
    way.issue(gateway, client());
    gateway.write_policy("10-client",
                         slot(0, gateway.path(way.certificate), gateway.path(way.key)) + ca_policy(gateway));
    gateway.start();
    gateway.plug("modem", {"--baud", "115200"});
    ASSERT_TRUE(holds(gateway, 0, client())) << gateway.log();
    wait_until_idle(gateway);
    const std::size_t before = gateway.modem_log("modem").size();
    renewed_client(); // made before the measurement

    way.renew(gateway, renewed_client());
    const auto renewed = Clock::now();
    ASSERT_TRUE(holds(gateway, 0, renewed_client())) << gateway.log();
    const std::chrono::duration<double> taken = Clock::now() - renewed;
    const double wire = on_the_wire(gateway, before);
    std::cout << fmt::format("{}: {:.2f} s, of which {:.2f} s are transfer time; {:.2f} s remain\n", way.name,
                             taken.count(), wire, taken.count() - wire);
    RecordProperty("seconds_over", fmt::format("{:.2f}", taken.count() - wire));

    EXPECT_EQ(gateway.frames("modem"), 3U) << "the CA is as it was";
    EXPECT_EQ(gateway.thumbprint(1), certificate_authority().certificate().fingerprint());
}

const RenewalMethod renamed{.name = "Renamed",
                            .certificate = "client.pem",
                            .key = "client.key",
                            .issue =
                                [](const Gateway& gateway, const Identity& identity) {
                                    gateway.write("client.pem", identity.certificate_pem());
                                    gateway.write("client.key", identity.pkcs8_pem());
                                },
                            .renew =
                                [](const Gateway& gateway, const Identity& identity) {
                                    replace(gateway, "client.pem", identity.certificate_pem());
                                    replace(gateway, "client.key", identity.pkcs8_pem());
                                }};

const RenewalMethod written_in_place{.name = "WrittenInPlace",
                                     .certificate = "client.pem",
                                     .key = "client.key",
                                     .issue = renamed.issue,
                                     .renew = renamed.issue};

/// cert-manager: the files are links through a link to a folder, which is replaced.
const RenewalMethod swapped_folder{.name = "SwappedFolder",
                                   .certificate = "tls/tls.crt",
                                   .key = "tls/tls.key",
                                   .issue =
                                       [](const Gateway& gateway, const Identity& identity) {
                                           gateway.write("tls/..2026_1/tls.crt", identity.certificate_pem());
                                           gateway.write("tls/..2026_1/tls.key", identity.pkcs8_pem());
                                           fs::create_symlink("..2026_1", gateway.path("tls/..data"));
                                           fs::create_symlink("..data/tls.crt", gateway.path("tls/tls.crt"));
                                           fs::create_symlink("..data/tls.key", gateway.path("tls/tls.key"));
                                       },
                                   .renew =
                                       [](const Gateway& gateway, const Identity& identity) {
                                           gateway.write("tls/..2026_2/tls.crt", identity.certificate_pem());
                                           gateway.write("tls/..2026_2/tls.key", identity.pkcs8_pem());
                                           relink(gateway.path("tls/..data"), "..2026_2");
                                           fs::remove_all(gateway.path("tls/..2026_1"));
                                       }};

/// certbot: replaces links in live/ to files in archive/, which remain.
const RenewalMethod linked_to_archive{
    .name = "LinkedToArchive",
    .certificate = "live/gateway/cert.pem",
    .key = "live/gateway/privkey.pem",
    .issue =
        [](const Gateway& gateway, const Identity& identity) {
            gateway.write("archive/gateway/cert1.pem", identity.certificate_pem());
            gateway.write("archive/gateway/privkey1.pem", identity.pkcs8_pem());
            fs::create_directories(gateway.path("live/gateway"));
            fs::create_symlink("../../archive/gateway/cert1.pem", gateway.path("live/gateway/cert.pem"));
            fs::create_symlink("../../archive/gateway/privkey1.pem",
                               gateway.path("live/gateway/privkey.pem"));
        },
    .renew =
        [](const Gateway& gateway, const Identity& identity) {
            gateway.write("archive/gateway/cert2.pem", identity.certificate_pem());
            gateway.write("archive/gateway/privkey2.pem", identity.pkcs8_pem());
            for (const std::string name : {"cert", "privkey"}) {
                const fs::path link = gateway.path("live/gateway/" + name + ".pem");
                fs::remove(link);
                fs::create_symlink("../../archive/gateway/" + name + "2.pem", link);
            }
        }};

INSTANTIATE_TEST_SUITE_P(Methods, Renewal,
                         testing::Values(renamed, written_in_place, swapped_folder, linked_to_archive),
                         [](const auto& instance) { return instance.param.name; });

TEST(PartialRenewal, BlocksTheModemAndSendsNothingUntilTheKeyIsRenewed) {
    Gateway gateway;
    gateway.write_policy("10-client", client_policy(gateway));
    gateway.start();
    gateway.plug("modem");
    ASSERT_TRUE(holds(gateway, 0, client())) << gateway.log();
    ASSERT_TRUE(gateway.is_closed("modem")) << gateway.log();
    const std::string modem_log = gateway.modem_log("modem");

    replace(gateway, "client.pem", renewed_client().certificate_pem());
    ASSERT_TRUE(gateway.becomes("blocked")) << gateway.log();
    EXPECT_THAT(gateway.property("Reason"), HasSubstr("the private key does not match the certificate"));
    EXPECT_THAT(gateway.property("Hint"), AllOf(HasSubstr("waiting"), HasSubstr(gateway.path("client.key"))));
    EXPECT_EQ(gateway.modem_log("modem"), modem_log) << "it was not even asked";
    EXPECT_EQ(gateway.thumbprint(0), client().certificate().fingerprint());

    replace(gateway, "client.key", renewed_client().pkcs8_pem());
    EXPECT_TRUE(holds(gateway, 0, renewed_client())) << gateway.log();
    EXPECT_EQ(gateway.frames("modem"), 3U);
    EXPECT_EQ(gateway.property("Hint"), "");
}

TEST(PartialRenewal, OfTheKeyKeepsTheModemCompliantUntilTheCertificateFollows) {
    Gateway gateway;
    gateway.write_policy("10-client", client_policy(gateway));
    gateway.start();
    gateway.plug("modem");
    ASSERT_TRUE(holds(gateway, 0, client())) << gateway.log();

    replace(gateway, "client.key", renewed_client().pkcs8_pem());
    const auto findings = [&] {
        return gateway.modem()
            ->getProperty("Findings")
            .onInterface("io.bgs2d1.Modem")
            .get<std::vector<Gateway::Dictionary>>();
    };
    ASSERT_TRUE(gateway.eventually([&] { return !findings().empty(); })) << gateway.log();
    EXPECT_EQ(gateway.property("State"), "compliant") << "it holds the certificate that is in force";
    EXPECT_THAT(findings().front().at("hint").get<std::string>(), HasSubstr(gateway.path("client.pem")));

    replace(gateway, "client.pem", renewed_client().certificate_pem());
    EXPECT_TRUE(holds(gateway, 0, renewed_client())) << gateway.log();
    EXPECT_EQ(gateway.frames("modem"), 3U);
}

TEST(ARenewal, DuringAFrameIsAppliedAfterThatFrame) {
    Gateway gateway;
    gateway.write_policy("10-client", client_policy(gateway));
    gateway.start();
    gateway.plug("modem", {"--baud", "9600"}); // the frame takes two seconds
    ASSERT_TRUE(gateway.eventually([&] {
        return gateway.modem_log("modem").find("SECURE CMD READY") != std::string::npos;
    })) << gateway.log();
    replace(gateway, "client.pem", renewed_client().certificate_pem());
    replace(gateway, "client.key", renewed_client().pkcs8_pem());
    ASSERT_TRUE(holds(gateway, 0, renewed_client())) << gateway.log();
    EXPECT_EQ(gateway.thumbprint(1), certificate_authority().certificate().fingerprint());
    EXPECT_EQ(gateway.frames("modem"), 3U);
}

TEST(ACertificate, InAMissingDirectoryIsWrittenOnceItAppears) {
    Gateway gateway;
    gateway.write_policy("10-ca", slot(1, gateway.path("late/to/come/ca.pem")));
    gateway.start();
    gateway.plug("modem");
    ASSERT_TRUE(gateway.becomes("blocked")) << gateway.log();
    EXPECT_THAT(gateway.property("Reason"), HasSubstr(gateway.path("late/to/come/ca.pem")));
    gateway.write("late/to/come/ca.pem", certificate_authority().certificate_pem());
    EXPECT_TRUE(holds(gateway, 1, certificate_authority())) << gateway.log();

    fs::remove_all(gateway.path("late"));
    ASSERT_TRUE(gateway.becomes("blocked")) << gateway.log();
    EXPECT_EQ(gateway.frames("modem"), 1U) << "what the modem holds is left alone";
    gateway.write("late/to/come/ca.pem", renewed_authority().certificate_pem());
    EXPECT_TRUE(holds(gateway, 1, renewed_authority())) << gateway.log();
}

TEST(ARenewal, OfOneModemsCertificateDoesNotAffectOtherModems) {
    const std::string one = "356938035643801";
    const std::string other = "356938035643802";
    Gateway gateway({"one", "other"});
    for (const std::string& imei : {one, other})
        gateway.write(imei + ".pem", certificate_authority().certificate_pem());
    gateway.write_policy("10-own", slot(1, gateway.path("{imei}.pem")));
    gateway.start();
    gateway.plug("one", {"--imei", one});
    gateway.plug("other", {"--imei", other});
    ASSERT_TRUE(holds(gateway, 1, certificate_authority(), one)) << gateway.log();
    ASSERT_TRUE(holds(gateway, 1, certificate_authority(), other)) << gateway.log();
    ASSERT_TRUE(gateway.is_closed("other")) << gateway.log();
    const std::string log_of_other = gateway.modem_log("other");

    replace(gateway, one + ".pem", renewed_authority().certificate_pem());
    ASSERT_TRUE(holds(gateway, 1, renewed_authority(), one)) << gateway.log();
    EXPECT_EQ(gateway.frames("one"), 2U);
    EXPECT_EQ(gateway.modem_log("other"), log_of_other) << "it was neither written nor read";
    EXPECT_EQ(gateway.property("State", other), "compliant");
}

TEST(ARenewal, OfACaThatSeveralPoliciesShareReachesAllTheirModems) {
    const std::vector<std::string> imeis{"356938035643801", "356938035643802", "356938035643803"};
    const std::vector<std::string> ports{"a", "b", "c"};
    Gateway gateway(ports);
    const std::string policy = ca_policy(gateway);
    gateway.write_policy("10-first", fmt::format("[match]\nimei = \"{}\"\n{}", imeis[0], policy));
    gateway.write_policy("20-others", policy);
    gateway.start();
    for (std::size_t i = 0; i < ports.size(); ++i)
        gateway.plug(ports[i], {"--imei", imeis[i]});
    for (const std::string& imei : imeis)
        ASSERT_TRUE(holds(gateway, 1, certificate_authority(), imei)) << gateway.log();
    EXPECT_EQ(gateway.property("Policy", imeis[0]), "10-first");
    EXPECT_EQ(gateway.property("Policy", imeis[1]), "20-others");

    replace(gateway, "ca.pem", renewed_authority().certificate_pem());
    for (const std::string& imei : imeis)
        EXPECT_TRUE(holds(gateway, 1, renewed_authority(), imei)) << gateway.log();
    for (const std::string& port : ports)
        EXPECT_EQ(gateway.frames(port), 2U) << port;
}

/// A CA that expires after `time`.
Identity authority_for(std::chrono::hours time) {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    return Identity::make(
        {.common_name = "Test CA", .algorithm = Algorithm::rsa2048, .not_after = now + time, .ca = true});
}

TEST(ACertificateThatExpiresSoon, IsReportedUntilItsRenewalWhileTheModemIsCompliant) {
    const Identity soon = authority_for(20 * 24h + 12h);
    Gateway gateway;
    gateway.write("ca.pem", soon.certificate_pem());
    gateway.write_policy("10-ca", "[provision]\nrenew-before = \"30d\"\n" + slot(1, gateway.path("ca.pem")));
    gateway.start();
    gateway.plug("modem");
    ASSERT_TRUE(holds(gateway, 1, soon)) << gateway.log();
    const std::string notice = "the certificate of slot 1 expires in 20 days";
    EXPECT_THAT(gateway.property("Reason"), HasSubstr(notice));
    EXPECT_THAT(gateway.property("Hint"), HasSubstr("renew the certificate"));
    EXPECT_THAT(gateway.log(), testing::ContainsRegex("warning: [^\n]*" + notice));

    replace(gateway, "ca.pem", renewed_authority().certificate_pem());
    ASSERT_TRUE(holds(gateway, 1, renewed_authority())) << gateway.log();
    EXPECT_THAT(gateway.property("Reason"), Not(HasSubstr("expires")));
    EXPECT_EQ(gateway.property("Hint"), "");
}

TEST(ACertificateThatExpiresSoon, IsNotReportedIfRenewBeforeIsZero) {
    const Identity soon = authority_for(20 * 24h);
    Gateway gateway;
    gateway.write("ca.pem", soon.certificate_pem());
    gateway.write_policy("10-ca", "[provision]\nrenew-before = \"0\"\n" + slot(1, gateway.path("ca.pem")));
    gateway.start();
    gateway.plug("modem");
    ASSERT_TRUE(holds(gateway, 1, soon)) << gateway.log();
    EXPECT_EQ(gateway.property("Reason"), "its slots match policy '10-ca'");
    EXPECT_EQ(gateway.property("Hint"), "");
    EXPECT_THAT(gateway.log(), Not(HasSubstr("expires")));
}

} // namespace
} // namespace bgs2::test
