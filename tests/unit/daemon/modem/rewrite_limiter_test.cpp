// SPDX-License-Identifier: Apache-2.0
#include "daemon/modem/rewrite_limiter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace bgs2 {
namespace {

using testing::HasSubstr;

constexpr SlotAddress address{.store = Store::tls, .slot = 1};
constexpr std::chrono::sys_seconds when = std::chrono::sys_days{std::chrono::year{2026} / 11 / 22};
const CertificateDigests desired_certificate{.sha1 = std::string(40, 'a'), .sha256 = std::string(64, 'a')};
const CertificateDigests other_certificate{.sha1 = std::string(40, 'b'), .sha256 = std::string(64, 'b')};
const std::vector<PlanStep> needed{{.address = address,
                                    .action = Action::write,
                                    .occupied = false,
                                    .before = "",
                                    .reason = "slot 1 is empty"}};

class RewriteLimiterTest : public testing::Test {
  protected:
    void rewrite(int times) {
        for (int i = 0; i < times; ++i)
            limiter_.record(address, desired_certificate, when);
    }
    [[nodiscard]] std::optional<Error>
    limit_reached(const CertificateDigests& certificate = desired_certificate) const {
        return limiter_.limit_reached(needed,
                                      {{address, SlotContent{.certificate = certificate, .key = ""}}});
    }

    RewriteLimiter limiter_;
};

TEST_F(RewriteLimiterTest, AllowsAWriteAndTwoRewritesOfASlot) {
    rewrite(2);
    EXPECT_EQ(limit_reached(), std::nullopt);
}

TEST_F(RewriteLimiterTest, RejectsAFourthWriteOfTheSameCertificateToASlot) {
    rewrite(3);
    const auto error = limit_reached();
    ASSERT_TRUE(error);
    EXPECT_THAT(error->what, HasSubstr("slot 1 was changed 3 times, last at 2026-11-22 00:00:00 UTC"));
    EXPECT_THAT(error->what, HasSubstr("slot 1 is empty"));
    EXPECT_FALSE(error->hint.empty());
}

TEST_F(RewriteLimiterTest, RestartsTheCountForAnotherCertificate) {
    rewrite(3);
    EXPECT_EQ(limit_reached(other_certificate), std::nullopt);
    limiter_.record(address, other_certificate, when);
    EXPECT_EQ(limit_reached(other_certificate), std::nullopt);
}

TEST_F(RewriteLimiterTest, RestartsTheCountOnceTheSlotHoldsTheWrittenCertificate) {
    rewrite(2);
    sbnw::Slot slot;
    slot.size = 800;
    slot.thumbprint = desired_certificate.sha1;
    limiter_.reconcile({{address, slot}});
    rewrite(2);
    EXPECT_EQ(limit_reached(), std::nullopt);
}

TEST_F(RewriteLimiterTest, KeepsTheCountWhileTheSlotDiffers) {
    rewrite(2);
    limiter_.reconcile({{address, sbnw::Slot{}}});
    rewrite(1);
    EXPECT_TRUE(limit_reached());
}

TEST_F(RewriteLimiterTest, ResetsTheCountWhenCleared) {
    rewrite(3);
    limiter_.clear();
    EXPECT_EQ(limit_reached(), std::nullopt);
}

TEST_F(RewriteLimiterTest, RejectsAFourthEraseOfTheSameSlot) {
    for (int i = 0; i < 3; ++i)
        limiter_.record(address, {}, when);
    EXPECT_TRUE(limiter_.limit_reached(needed, {}));
}

} // namespace
} // namespace bgs2
