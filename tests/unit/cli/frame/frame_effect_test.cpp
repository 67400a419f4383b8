// SPDX-License-Identifier: Apache-2.0
#include "cli/frame/frame_effect.h"
#include "tests/support/identity.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace bgs2::cli {
namespace {

using test::Identity;

const Identity& gateway() {
    static const Identity identity =
        Identity::make({.common_name = "gateway-7",
                        .algorithm = test::Algorithm::rsa2048,
                        .not_after = std::chrono::sys_days{std::chrono::year{2027} / 11 / 23}});
    return identity;
}

std::string effect(const sbnw::SecureCommand& command, std::string_view store = "is_cert") {
    const pki::Secret bytes = sbnw::encode(command).value();
    const std::string text = effect_of(sbnw::decode(bytes.bytes()).value(), store);
    const std::string size = fmt::format("; {} bytes", bytes.size());
    EXPECT_TRUE(text.ends_with(size)) << text;
    return text.substr(0, text.size() - size.size());
}

sbnw::SecureCommand write(unsigned slot) {
    sbnw::SecureCommand command;
    command.slot = static_cast<std::uint16_t>(slot);
    command.certificate = gateway().certificate_der();
    return command;
}

TEST(FrameEffect, NamesSlotCertificateAndKey) {
    EXPECT_EQ(effect(write(300)),
              "writes slot 300 of is_cert: CN=gateway-7,O=Example, expires 2027-11-23; not signed");
    auto command = write(0);
    command.private_key = pki::Secret::copy_of(gateway().pkcs8_der());
    command.signature = "AAAA";
    EXPECT_EQ(effect(command),
              "writes slot 0 of is_cert: CN=gateway-7,O=Example, expires 2027-11-23, with its private "
              "key (RSA 2048); signed");
}

TEST(FrameEffect, PrefersTheStoreOfTheFrameToThatOfTheCommandLine) {
    EXPECT_TRUE(effect(write(1), "management_cert").starts_with("writes slot 1 of management_cert: "));
    auto command = write(1);
    command.store = "preconfig_cert";
    EXPECT_TRUE(effect(command, "management_cert").starts_with("writes slot 1 of preconfig_cert: "));
}

TEST(FrameEffect, NamesTheImeiOfTheFrame) {
    sbnw::SecureCommand command;
    command.command = sbnw::Command::delete_certificate;
    command.slot = 3;
    command.imei = "356938035643809";
    EXPECT_EQ(effect(command),
              "erases slot 3 of is_cert; valid for the modem 356938035643809 only; not signed");
}

TEST(FrameEffect, ReportsAnInvalidCertificateAndKey) {
    auto command = write(0);
    command.certificate = Bytes(5);
    command.private_key = pki::Secret(3);
    EXPECT_EQ(effect(command), "writes slot 0 of is_cert: an invalid certificate of 5 bytes, with an "
                               "unreadable private key; not signed");
}

TEST(FrameEffect, CountsTheCertificates) {
    auto command = write(1);
    const std::string chain = gateway().certificate_pem() + gateway().certificate_pem();
    command.certificate.assign(as_bytes(chain).begin(), as_bytes(chain).end());
    EXPECT_EQ(effect(command),
              "writes slot 1 of is_cert: CN=gateway-7,O=Example, expires 2027-11-23 and 1 more; not signed");
}

} // namespace
} // namespace bgs2::cli
