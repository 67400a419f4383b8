// SPDX-License-Identifier: Apache-2.0
#include "cli/client/progress.h"

#include "cli/terminal/text.h"
#include "daemon/base/bytes.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace bgs2::cli {
namespace {

constexpr std::size_t narrowest_bar = 8;
constexpr std::size_t widest_bar = 24;

std::string bar(double fraction, std::size_t width) {
    const auto full = static_cast<std::size_t>(fraction * static_cast<double>(width));
    return fmt::format("[{}{}]", std::string(full, '#'), std::string(width - full, '-'));
}

std::string rate_text(double rate) {
    return rate < 1000 ? fmt::format("{:.0f} B/s", rate) : fmt::format("{:.1f} kB/s", rate / 1000);
}

bool sends(std::optional<StepCode> step) {
    return step == StepCode::writing || step == StepCode::erasing;
}

} // namespace

std::string progress_line(const Progress& progress, std::optional<double> rate, std::size_t width) {
    const std::string step = printable(progress.step);
    if (progress.total == 0)
        return cut(step, width);
    const double fraction = std::clamp(progress.fraction, 0.0, 1.0);
    std::vector<std::string> parts{fmt::format("{:4}%", static_cast<int>(fraction * 100)),
                                   fmt::format("  {}/{} B", progress.sent, progress.total)};
    if (rate)
        parts.push_back("  " + rate_text(*rate));
    for (; !parts.empty(); parts.pop_back()) {
        std::size_t taken = display_width(step);
        std::string behind;
        for (const std::string& part : parts)
            behind += part;
        taken += behind.size();
        constexpr std::size_t brackets = 3; // with the blank before them
        if (taken + brackets + narrowest_bar <= width)
            return fmt::format("{} {}{}", step, bar(fraction, std::min(widest_bar, width - taken - brackets)),
                               behind);
        if (parts.size() == 1 && taken <= width)
            return step + behind;
    }
    return cut(step, width);
}

void Pace::note(const Progress& progress, Clock::time_point now) {
    if (sending_since_)
        sending_ += now - *sending_since_;
    sending_since_ = sends(progress.step_code) ? std::optional(now) : std::nullopt;
    sent_ = progress.sent;
}

std::optional<double> Pace::rate() const {
    constexpr std::chrono::milliseconds enough(50);
    if (sending_ < enough || sent_ == 0)
        return std::nullopt;
    return static_cast<double>(sent_) / std::chrono::duration<double>(sending_).count();
}

} // namespace bgs2::cli
