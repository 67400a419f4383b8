// SPDX-License-Identifier: Apache-2.0
#include "daemon/modem/slot_content.h"

#include <gtest/gtest.h>

#include <ostream>

namespace bgs2 {
namespace {

const CertificateDigests digests{.sha1 = std::string(40, 'a'), .sha256 = std::string(64, 'b')};

struct MatchRow {
    const char* name;
    const char* algorithm;
    std::string thumbprint;
    CertificateMatch expected;
};

void PrintTo(const MatchRow& row, std::ostream* stream) {
    *stream << row.name;
}

class CertificateMatchTest : public testing::TestWithParam<MatchRow> {};

TEST_P(CertificateMatchTest, UsesTheLabelledAlgorithm) {
    sbnw::Slot slot;
    slot.size = 800;
    slot.thumbprint_algorithm = GetParam().algorithm;
    slot.thumbprint = GetParam().thumbprint;
    EXPECT_EQ(match(digests, slot), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Table, CertificateMatchTest,
    testing::Values(
        MatchRow{"Sha1", "sha1", digests.sha1, CertificateMatch::same},
        MatchRow{"Sha1InAnotherSpelling", "SHA-1", digests.sha1, CertificateMatch::same},
        MatchRow{"OtherSha1", "sha1", std::string(40, 'c'), CertificateMatch::different},
        MatchRow{"Sha256", "SHA256", digests.sha256, CertificateMatch::same},
        MatchRow{"OtherSha256", "sha-256", std::string(64, 'c'), CertificateMatch::different},
        MatchRow{"Sha1WithoutLabel", "", digests.sha1, CertificateMatch::same},
        MatchRow{"Sha256WithoutLabel", "", digests.sha256, CertificateMatch::same},
        MatchRow{"Sha1UnderTheWrongLabel", "sha256", digests.sha1, CertificateMatch::unverifiable},
        MatchRow{"AnUnknownAlgorithm", "md5", std::string(32, 'a'), CertificateMatch::unverifiable},
        MatchRow{"NoThumbprint", "sha1", "", CertificateMatch::unverifiable}),
    [](const auto& instance) { return instance.param.name; });

TEST(CertificateMatch, IsUnverifiableForALineThatCannotBeRead) {
    sbnw::Slot slot;
    slot.unreadable = true;
    EXPECT_EQ(match(digests, slot), CertificateMatch::unverifiable);
}

} // namespace
} // namespace bgs2
