// Certificates, keys and policies that change on disk, and the modems that follow.
#include "tests/integration/certificates.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <string>

namespace bgs2::test {
namespace {

using std::filesystem::path;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// The client that a renewal brings, with a key of its own.
const Identity& renewed() {
    static const Identity identity = Identity::make({.common_name = "Renewed",
                                                     .algorithm = Algorithm::rsa2048,
                                                     .issuer = &certificate_authority(),
                                                     .serial = 0x2});
    return identity;
}

/// As mv(1) puts a file in place.
void put(const Gateway& gateway, const std::string& name, const std::string& text) {
    std::filesystem::rename(gateway.write(name + ".new", text), gateway.path(name));
}

class Renewal : public testing::Test {
  protected:
    /// A modem that is compliant with client and CA.
    void provision(const std::string& policy) {
        gateway_.write_policy("10-client", policy);
        gateway_.start();
        gateway_.plug("modem", {"--baud", "115200"});
        ASSERT_TRUE(gateway_.becomes("compliant")) << gateway_.log();
        ASSERT_EQ(gateway_.thumbprint(0), client().certificate().fingerprint());
        changed_ = std::chrono::steady_clock::now();
    }

    void change_is_made() { changed_ = std::chrono::steady_clock::now(); }

    bool follows() {
        const bool done = gateway_.eventually([this] {
            return gateway_.thumbprint(0) == renewed().certificate().fingerprint() &&
                   gateway_.property("State") == "compliant";
        });
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - changed_;
        // What is written and the two lists of slots that are read, at ten bits an octet.
        const double wire = static_cast<double>(last_frame_size() + 2 * list_size) * 10 / 115200;
        fmt::print("followed in {:.2f} s, of which the wire takes {:.2f} s\n", took.count(), wire);
        return done;
    }

    [[nodiscard]] std::string slot(const std::string& certificate, const std::string& key) const {
        return fmt::format("[[slot]]\nindex = 0\ncertificate = \"{}\"\nprivate-key = \"{}\"\n",
                           gateway_.path(certificate), gateway_.path(key));
    }

    Gateway gateway_;

  private:
    [[nodiscard]] std::size_t last_frame_size() const {
        path last;
        for (const auto& file : std::filesystem::directory_iterator(gateway_.path("modem.frames")))
            last = std::max(last, file.path());
        return std::filesystem::file_size(last);
    }

    static constexpr std::size_t list_size = 1500;
    std::chrono::steady_clock::time_point changed_;
};

TEST_F(Renewal, ByRenamesIsFollowed) {
    gateway_.write("client.pem", client().certificate_pem());
    gateway_.write("client.key", client().pkcs8_pem());
    provision(slot("client.pem", "client.key"));
    put(gateway_, "client.pem", renewed().certificate_pem());
    put(gateway_, "client.key", renewed().pkcs8_pem());
    change_is_made();
    EXPECT_TRUE(follows()) << gateway_.log();
    EXPECT_EQ(gateway_.frames("modem"), 2U) << "one for each certificate";
}

TEST_F(Renewal, ByWritingInPlaceIsFollowed) {
    gateway_.write("client.pem", client().certificate_pem());
    gateway_.write("client.key", client().pkcs8_pem());
    provision(slot("client.pem", "client.key"));
    gateway_.write("client.key", renewed().pkcs8_pem());
    gateway_.write("client.pem", renewed().certificate_pem());
    change_is_made();
    EXPECT_TRUE(follows()) << gateway_.log();
}

TEST_F(Renewal, ByASwappedLinkToADirectoryIsFollowed) {
    // As a secret is mounted: tls.crt -> ..data/tls.crt, and ..data is swapped.
    gateway_.write("tls/..1/tls.crt", client().certificate_pem());
    gateway_.write("tls/..1/tls.key", client().pkcs8_pem());
    gateway_.write("tls/..2/tls.crt", renewed().certificate_pem());
    gateway_.write("tls/..2/tls.key", renewed().pkcs8_pem());
    std::filesystem::create_symlink("..1", gateway_.path("tls/..data"));
    std::filesystem::create_symlink("..data/tls.crt", gateway_.path("tls/tls.crt"));
    std::filesystem::create_symlink("..data/tls.key", gateway_.path("tls/tls.key"));
    provision(slot("tls/tls.crt", "tls/tls.key"));
    std::filesystem::create_symlink("..2", gateway_.path("tls/..data_tmp"));
    std::filesystem::rename(gateway_.path("tls/..data_tmp"), gateway_.path("tls/..data"));
    change_is_made();
    EXPECT_TRUE(follows()) << gateway_.log();
}

TEST_F(Renewal, ByLinksIntoAnArchiveIsFollowed) {
    // As certbot does: live/ has links into archive/, each made anew.
    gateway_.write("archive/cert1.pem", client().certificate_pem());
    gateway_.write("archive/key1.pem", client().pkcs8_pem());
    std::filesystem::create_directory(gateway_.path("live"));
    std::filesystem::create_symlink("../archive/cert1.pem", gateway_.path("live/cert.pem"));
    std::filesystem::create_symlink("../archive/key1.pem", gateway_.path("live/key.pem"));
    provision(slot("live/cert.pem", "live/key.pem"));
    gateway_.write("archive/cert2.pem", renewed().certificate_pem());
    gateway_.write("archive/key2.pem", renewed().pkcs8_pem());
    for (const char* name : {"cert", "key"}) {
        std::filesystem::remove(gateway_.path(fmt::format("live/{}.pem", name)));
        std::filesystem::create_symlink(fmt::format("../archive/{}2.pem", name),
                                        gateway_.path(fmt::format("live/{}.pem", name)));
    }
    change_is_made();
    EXPECT_TRUE(follows()) << gateway_.log();
}

TEST_F(Renewal, OfOnlyHalfAPairWaitsForTheOtherAndSaysSo) {
    gateway_.write("client.pem", client().certificate_pem());
    gateway_.write("client.key", client().pkcs8_pem());
    provision(slot("client.pem", "client.key"));
    put(gateway_, "client.pem", renewed().certificate_pem());
    ASSERT_TRUE(gateway_.becomes("blocked")) << gateway_.log();
    EXPECT_THAT(gateway_.property("Reason"), HasSubstr("the private key does not belong to the certificate"));
    EXPECT_THAT(gateway_.property("Hint"),
                AllOf(HasSubstr("waiting for the other half"), HasSubstr(gateway_.path("client.key"))));
    EXPECT_EQ(gateway_.frames("modem"), 1U) << "half a pair was sent";
    EXPECT_EQ(gateway_.thumbprint(0), client().certificate().fingerprint());
    put(gateway_, "client.key", renewed().pkcs8_pem());
    change_is_made();
    EXPECT_TRUE(follows()) << gateway_.log();
}

TEST_F(Renewal, OfAPolicyIsFollowed) {
    provision(client_policy(gateway_));
    gateway_.write("renewed.pem", renewed().certificate_pem());
    gateway_.write("renewed.key", renewed().pkcs8_pem());
    gateway_.write_policy("10-client", slot("renewed.pem", "renewed.key"));
    change_is_made();
    EXPECT_TRUE(follows()) << gateway_.log();
}

TEST(Sources, ConcernOnlyTheModemsThatTheyAreFor) {
    Gateway gateway({"a", "b"});
    const std::string first = "356938035643801";
    const std::string second = "356938035643802";
    gateway.write(first + ".pem", certificate_authority().certificate_pem());
    gateway.write(second + ".pem", certificate_authority().certificate_pem());
    gateway.write_policy("10-own",
                         "[[slot]]\nindex = 1\ncertificate = \"" + gateway.path("{imei}.pem") + "\"\n");
    gateway.start();
    gateway.plug("a", {"--imei", first});
    gateway.plug("b", {"--imei", second});
    ASSERT_TRUE(gateway.becomes("compliant", first)) << gateway.log();
    ASSERT_TRUE(gateway.becomes("compliant", second)) << gateway.log();
    const std::string before = gateway.modem_log("b");
    put(gateway, first + ".pem", renewed().certificate_pem());
    ASSERT_TRUE(gateway.eventually([&] {
        return gateway.thumbprint(1, first) == renewed().certificate().fingerprint();
    })) << gateway.log();
    EXPECT_EQ(gateway.modem_log("b"), before) << "not a single command";
}

std::string expiring_policy(const Gateway& gateway, const std::string& renew_before) {
    using namespace std::chrono;
    const auto end = floor<seconds>(system_clock::now()) + days(12) + hours(1);
    const Identity identity = Identity::make(
        {.common_name = "Expiring", .algorithm = Algorithm::rsa2048, .not_after = end, .ca = true});
    const std::string file = gateway.write("expiring.pem", identity.certificate_pem());
    return fmt::format("[provision]\nrenew-before = \"{}\"\n[[slot]]\nindex = 1\ncertificate = \"{}\"\n",
                       renew_before, file);
}

TEST(ACertificateThatExpires, IsToldOfWhileTheModemIsCompliant) {
    Gateway gateway;
    gateway.write_policy("10-expiring", expiring_policy(gateway, "30d"));
    gateway.start();
    gateway.plug("modem");
    ASSERT_TRUE(gateway.becomes("compliant")) << gateway.log();
    EXPECT_THAT(gateway.property("Reason"), HasSubstr("the certificate of slot 1 expires in 12 days"));
    EXPECT_THAT(gateway.property("Hint"), HasSubstr("renewed"));
    EXPECT_THAT(gateway.log(), HasSubstr("warning: 356938035643809: it holds"));
}

TEST(ACertificateThatExpires, IsNotToldOfBeforeTheTimeThatThePolicySets) {
    Gateway gateway;
    gateway.write_policy("10-expiring", expiring_policy(gateway, "5d"));
    gateway.start();
    gateway.plug("modem");
    ASSERT_TRUE(gateway.becomes("compliant")) << gateway.log();
    EXPECT_THAT(gateway.property("Reason"), Not(HasSubstr("expires")));
}

} // namespace
} // namespace bgs2::test
