// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/readback.h"
#include "tests/sim/secure_service.h"
#include "tests/sim/test_certificate.h"

#include <gtest/gtest.h>

namespace bgs2::sim {
namespace {

class Service : public testing::Test {
  protected:
    ResultCode result(const Bytes& bytes) {
        const auto command = read_secure_command(bytes);
        if (!command)
            return command.error().result;
        const auto change = service_.decide(*command, "is_cert", slots_);
        return change ? ResultCode::end_ok : change.error().result;
    }

    TestIdentity identity_ = test_identity("one");
    Bytes certificate_ = parameter(2, identity_.certificate);
    Bytes key_ = parameter(5, identity_.private_key);
    SecureService service_{.imei = "356938035643809", .signer = std::nullopt, .chains = false};
    Slots slots_;
};

TEST_F(Service, AcceptsSlotsZeroToTenOnly) {
    for (std::uint16_t slot = 0; slot <= 10; ++slot)
        EXPECT_EQ(result(frame(1, {slot_parameter(slot), certificate_})), ResultCode::end_ok) << slot;
    EXPECT_EQ(result(frame(1, {slot_parameter(11), certificate_})), ResultCode::refused);
    EXPECT_EQ(result(frame(3, {slot_parameter(11)})), ResultCode::refused);
}

TEST_F(Service, AcceptsAMatchingKeyInSlotZeroOnly) {
    EXPECT_EQ(result(frame(1, {slot_parameter(0), certificate_, key_})), ResultCode::end_ok);
    EXPECT_EQ(result(frame(1, {slot_parameter(1), certificate_, key_})), ResultCode::key_removed);
    const auto other = parameter(5, test_identity("other").private_key);
    EXPECT_EQ(result(frame(1, {slot_parameter(0), certificate_, other})), ResultCode::key_removed);
    auto longer = identity_.private_key;
    longer.push_back(0);
    EXPECT_EQ(result(frame(1, {slot_parameter(0), certificate_, parameter(5, longer)})),
              ResultCode::key_removed);
}

TEST_F(Service, AcceptsDerCertificatesOnly) {
    auto longer = identity_.certificate;
    longer.push_back(0);
    EXPECT_EQ(result(frame(1, {slot_parameter(1), parameter(2, longer)})), ResultCode::certificate_corrupted);
    EXPECT_EQ(result(frame(1, {slot_parameter(1), parameter(2, pem(identity_))})),
              ResultCode::certificate_corrupted);
    EXPECT_EQ(result(frame(1, {slot_parameter(1)})), ResultCode::certificate_corrupted);
}

TEST_F(Service, AcceptsPemChainsIfEnabled) {
    service_.chains = true;
    auto chain = pem(identity_);
    const auto second = pem(test_identity("issuer"));
    chain.insert(chain.end(), second.begin(), second.end());
    EXPECT_EQ(result(frame(1, {slot_parameter(0), parameter(2, chain), key_})), ResultCode::end_ok);
}

TEST_F(Service, RejectsAnImeiStoreOrThumbprintThatDoesNotMatch) {
    EXPECT_EQ(result(frame(3, {slot_parameter(1), text_parameter(4, "356938035643809")})),
              ResultCode::end_ok);
    EXPECT_EQ(result(frame(3, {slot_parameter(1), text_parameter(4, "356938035643800")})),
              ResultCode::refused);
    EXPECT_EQ(result(frame(3, {text_parameter(7, "is_cert"), slot_parameter(1)})), ResultCode::end_ok);
    EXPECT_EQ(result(frame(3, {text_parameter(7, "omadm"), slot_parameter(1)})), ResultCode::refused);
    const auto right = text_parameter(6, hex_lower(sha1(identity_.certificate)));
    const auto wrong = text_parameter(6, std::string(40, '0'));
    EXPECT_EQ(result(frame(1, {right, slot_parameter(1), certificate_})), ResultCode::end_ok);
    EXPECT_EQ(result(frame(1, {wrong, slot_parameter(1), certificate_})), ResultCode::refused);
}

TEST_F(Service, FormatsReadbackLinesInTheConfiguredStyle) {
    auto info = read_certificate(identity_.certificate, false);
    ASSERT_TRUE(info);
    const auto thumbprint = hex_upper(sha1(identity_.certificate));
    const auto size = identity_.certificate.size();
    EXPECT_EQ(readback_line(3, info, {}),
              "^SBNR: 3, size: \"" + std::to_string(size) +
                  "\", issuer: \"/O=Test CN=one\", serial number: \"4BE109B8\", subject: \"/O=Test CN=one\", "
                  "signature: "
                  "\"sha256ECDSA\", thumbprint algorithm: \"sha1\", thumbprint: \"" +
                  thumbprint + "\", expiry date: \"2049,12,31\"");
    EXPECT_TRUE(readback_line(3, info, {.old_expiry = true}).ends_with("expiry date: \"49/12/31 23:59:58\""));
    EXPECT_EQ(readback_line(5, std::nullopt, {}), "^SBNR: 5, size: \"0\", issuer: \"\", serial number: \"\", "
                                                  "subject: \"\", signature: \"\", thumbprint "
                                                  "algorithm: \"\", thumbprint: \"\", expiry date: \"\"");
    EXPECT_EQ(readback_line(5, std::nullopt, {.labels = ReadbackStyle::Labels::none}),
              "^SBNR: 5, \"0\", \"\", \"\", \"\", \"\", \"\", \"\", \"\"");
    EXPECT_EQ(readback_line(5, std::nullopt, {.labels = ReadbackStyle::Labels::some}),
              "^SBNR: 5, size: \"0\", serial number: \"\", subject: \"\", thumbprint: \"\"");
}

} // namespace
} // namespace bgs2::sim
