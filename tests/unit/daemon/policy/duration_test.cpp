// SPDX-License-Identifier: Apache-2.0
#include "daemon/policy/duration.h"

#include <gtest/gtest.h>

#include <vector>

namespace bgs2::policy {
namespace {

using namespace std::chrono_literals;

struct DurationCase {
    std::string_view text;
    std::optional<std::chrono::milliseconds> duration;
};

TEST(Duration, IsANumberWithAUnit) {
    const std::vector<DurationCase> cases{
        {"100ms", 100ms},
        {"1s", 1s},
        {"2m", 2min},
        {"1h", 1h},
        {"30d", 720h},
        {"0s", 0ms},
        {"0", 0ms},
        {"007ms", 7ms},
        {"1000000d", 24'000'000h},
        {"1000001d", std::nullopt},
        {"86400000000001ms", std::nullopt},
        {"18446744073709551616ms", std::nullopt},
        {"", std::nullopt},
        {"100", std::nullopt},
        {"ms", std::nullopt},
        {"100 ms", std::nullopt},
        {" 100ms", std::nullopt},
        {"100ms ", std::nullopt},
        {"-1s", std::nullopt},
        {"+1s", std::nullopt},
        {"1.5s", std::nullopt},
        {"1S", std::nullopt},
        {"1m30s", std::nullopt},
        {"1w", std::nullopt},
    };
    for (const auto& [text, duration] : cases)
        EXPECT_EQ(parse_duration(text), duration) << text;
}

TEST(Duration, IsWrittenInItsLargestWholeUnit) {
    EXPECT_EQ(to_string(0ms), "0ms");
    EXPECT_EQ(to_string(100ms), "100ms");
    EXPECT_EQ(to_string(1500ms), "1500ms");
    EXPECT_EQ(to_string(10s), "10s");
    EXPECT_EQ(to_string(90s), "90s");
    EXPECT_EQ(to_string(120s), "2m");
    EXPECT_EQ(to_string(24h), "1d");
}

} // namespace
} // namespace bgs2::policy
