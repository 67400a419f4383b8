// SPDX-License-Identifier: Apache-2.0
#include "cli/client/progress.h"
#include "cli/terminal/text.h"

#include <gtest/gtest.h>

namespace bgs2::cli {
namespace {

using namespace std::chrono_literals;

const Progress half{
    .step = "writing slot 0", .step_code = StepCode::writing, .fraction = 0.52, .sent = 1000, .total = 1925};

struct Line {
    Progress progress;
    std::optional<double> rate;
    std::size_t width;
    std::string expected;
};

TEST(ProgressLine, OmitsPartsOnANarrowTerminal) {
    const std::vector<Line> lines{
        {half, 11'200.0, 79, "writing slot 0 [############------------]  52%  1000/1925 B  11.2 kB/s"},
        {half, 11'200.0, 60, "writing slot 0 [#######-------]  52%  1000/1925 B  11.2 kB/s"},
        {half, 11'200.0, 53, "writing slot 0 [#########---------]  52%  1000/1925 B"},
        {half, 11'200.0, 39, "writing slot 0 [########---------]  52%"},
        {half, 11'200.0, 31, "writing slot 0 [####-----]  52%"},
        {half, 11'200.0, 30, "writing slot 0 [####----]  52%"},
        {half, 11'200.0, 29, "writing slot 0  52%"},
        {half, 11'200.0, 19, "writing slot 0  52%"},
        {half, 11'200.0, 16, "writing slot 0"},
        {half, 11'200.0, 10, "writing s…"},
        {half, std::nullopt, 79, "writing slot 0 [############------------]  52%  1000/1925 B"},
        {half, 960.0, 60, "writing slot 0 [########--------]  52%  1000/1925 B  960 B/s"},
        {Progress{}, std::nullopt, 79, "waiting"},
        {Progress{}, std::nullopt, 0, ""},
        {{.step = "done", .step_code = StepCode::done, .fraction = 1.5, .sent = 20, .total = 20},
         std::nullopt,
         40,
         "done [###################] 100%  20/20 B"},
        {{.step = "a\x1b[31mb", .step_code = {}, .fraction = -1, .sent = 0, .total = 20},
         std::nullopt,
         10,
         "a\\x1b[31mb"},
    };
    for (const Line& line : lines) {
        const std::string text = progress_line(line.progress, line.rate, line.width);
        EXPECT_EQ(text, line.expected) << "width " << line.width;
    }
}

TEST(ProgressLine, FitsTheWidth) {
    const Progress greatest{.step = "writing slot 30",
                            .step_code = StepCode::writing,
                            .fraction = 1,
                            .sent = 18'446'744'073'709'551'615ULL,
                            .total = 65'535};
    for (std::size_t width = 0; width < 120; ++width) {
        EXPECT_LE(display_width(progress_line(half, 11'200.0, width)), width);
        EXPECT_LE(display_width(progress_line(greatest, 1e12, width)), width);
    }
}

TEST(Pace, CountsOnlySendingTime) {
    const Pace::Clock::time_point start{};
    Pace pace;
    pace.note({.step_code = StepCode::reading}, start);
    pace.note({.step_code = StepCode::writing, .total = 2000}, start + 10s);
    EXPECT_EQ(pace.rate(), std::nullopt);
    pace.note({.step_code = StepCode::writing, .sent = 1000, .total = 2000}, start + 11s);
    EXPECT_EQ(pace.rate(), 1000.0);
    pace.note({.step_code = StepCode::verifying, .sent = 1000, .total = 2000}, start + 11s);
    pace.note({.step_code = StepCode::writing, .sent = 1000, .total = 2000}, start + 30s);
    pace.note({.step_code = StepCode::writing, .sent = 2000, .total = 2000}, start + 31s);
    EXPECT_EQ(pace.rate(), 1000.0);
}

TEST(Pace, UsesTheStepCodeAndNotTheStepText) {
    const Pace::Clock::time_point start{};
    Pace pace;
    pace.note({.step = "writing slot 0", .step_code = {}, .total = 2000}, start);
    pace.note({.step = "writing slot 0", .step_code = {}, .sent = 1000, .total = 2000}, start + 1s);
    EXPECT_EQ(pace.rate(), std::nullopt);
}

TEST(Pace, IsUnknownAtFirst) {
    const Pace::Clock::time_point start{};
    Pace pace;
    EXPECT_EQ(pace.rate(), std::nullopt);
    pace.note({.step_code = StepCode::writing, .sent = 500, .total = 500}, start);
    pace.note({.step_code = StepCode::writing, .sent = 500, .total = 500}, start);
    EXPECT_EQ(pace.rate(), std::nullopt);
}

} // namespace
} // namespace bgs2::cli
