// SPDX-License-Identifier: Apache-2.0
// A module is exchanged at the end of its cable, while its port is open or between two borrows.
#include "tests/integration/certificates.h"
#include "tests/support/bytes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <csignal>
#include <string>

namespace bgs2::test {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* first = "356938035643801";
constexpr const char* second = "356938035643802";

class ExchangedModem : public testing::Test {
  protected:
    /// Each modem gets the CA in slot 1 and its own certificate in slot 2.
    void start(const std::vector<std::string>& arguments = {}, const std::string& use = "borrow") {
        gateway_.write(std::string(first) + ".pem", client().certificate_pem());
        gateway_.write(std::string(second) + ".pem", management().certificate_pem());
        gateway_.write_policy("10-own", "[port]\nuse = \"" + use + "\"\n" + ca_policy(gateway_) +
                                            "[[slot]]\nindex = 2\ncertificate = \"" +
                                            gateway_.path("{imei}.pem") + "\"\n");
        gateway_.start();
        std::vector<std::string> all{"--imei", first, "--swap", second};
        all.insert(all.end(), arguments.begin(), arguments.end());
        modem_ = &gateway_.plug("modem", all);
    }

    void exchange() {
        modem_->signal(SIGUSR1);
        ASSERT_TRUE(gateway_.eventually([&] { return !log_since_exchange().empty(); }));
    }

    /// The log of bgs2sim after the exchange.
    [[nodiscard]] std::string log_since_exchange() const {
        const std::string log = gateway_.modem_log("modem");
        const auto swap = log.find("swap ");
        return swap == std::string::npos ? std::string() : log.substr(swap);
    }

    /// The entry of bgs2sim's log about a certificate in slot 2.
    static std::string written(const Identity& identity) {
        std::string fingerprint = identity.certificate().fingerprint();
        std::ranges::transform(fingerprint, fingerprint.begin(),
                               [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
        return "sha1=" + fingerprint;
    }

    Gateway gateway_;
    Process* modem_ = nullptr;
};

TEST_F(ExchangedModem, IsIdentifiedBeforeTheNextReadingAndReceivesItsOwnCertificate) {
    start({}, "keep");
    ASSERT_TRUE(gateway_.becomes("compliant", first)) << gateway_.log();
    exchange();
    gateway_.ask("Refresh", {}, first);
    ASSERT_TRUE(gateway_.becomes("compliant", second)) << gateway_.log();
    EXPECT_EQ(gateway_.property("State", first), "");
    EXPECT_EQ(gateway_.thumbprint(2, second), management().certificate().fingerprint());
    EXPECT_THAT(log_since_exchange(), Not(HasSubstr(written(client()))));
}

TEST_F(ExchangedModem, IsServedUnderItsOwnImeiIfTheCertificateOfTheOtherWasToBeWritten) {
    start();
    ASSERT_TRUE(gateway_.becomes("compliant", first)) << gateway_.log();
    ASSERT_TRUE(gateway_.is_closed("modem"));
    exchange();
    gateway_.write(std::string(first) + ".pem", next_authority().certificate_pem());
    ASSERT_TRUE(gateway_.becomes("compliant", second)) << gateway_.log();
    EXPECT_EQ(gateway_.property("State", first), "");
    EXPECT_EQ(gateway_.thumbprint(2, second), management().certificate().fingerprint());
    EXPECT_THAT(log_since_exchange(), Not(HasSubstr(written(next_authority()))));
    EXPECT_THAT(log_since_exchange(), Not(HasSubstr(written(client()))));
}

TEST_F(ExchangedModem, IsIdentifiedBetweenTwoFrames) {
    start({"--baud", "9600"});
    ASSERT_TRUE(gateway_.eventually(
        [&] { return gateway_.modem_log("modem").find("AT^SBNW") != std::string::npos; }));
    exchange();
    ASSERT_TRUE(gateway_.becomes("compliant", second)) << gateway_.log();
    EXPECT_EQ(gateway_.thumbprint(2, second), management().certificate().fingerprint());
    EXPECT_THAT(log_since_exchange(), Not(HasSubstr(written(client()))));
}

} // namespace
} // namespace bgs2::test
