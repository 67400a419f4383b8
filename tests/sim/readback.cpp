// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/readback.h"

#include <fmt/format.h>

#include <array>
#include <string_view>

namespace bgs2::sim {
namespace {

std::string expiry_text(std::chrono::sys_seconds expires, bool old_format) {
    const auto midnight = std::chrono::floor<std::chrono::days>(expires);
    const std::chrono::year_month_day day(midnight);
    const auto year = static_cast<int>(day.year());
    const auto month = static_cast<unsigned>(day.month());
    const auto of_month = static_cast<unsigned>(day.day());
    if (!old_format)
        return fmt::format("{:04},{:02},{:02}", year, month, of_month);
    const std::chrono::hh_mm_ss time(expires - midnight);
    return fmt::format("{:02}/{:02}/{:02} {:02}:{:02}:{:02}", year % 100, month, of_month,
                       time.hours().count(), time.minutes().count(), time.seconds().count());
}

std::string with_colons(std::string_view digits) {
    std::string text;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        if (i > 0 && i % 2 == 0)
            text += ':';
        text += digits[i];
    }
    return text;
}

} // namespace

std::string readback_line(unsigned slot, const std::optional<CertificateInfo>& info,
                          const ReadbackStyle& style) {
    using Labels = ReadbackStyle::Labels;
    struct Field {
        std::string_view label;
        std::string value;
        bool always; ///< present with Labels::some
    };
    using Thumbprint = ReadbackStyle::Thumbprint;
    const auto shown = info.value_or(CertificateInfo{});
    const bool is_sha256 = style.thumbprint == Thumbprint::sha256;
    auto thumbprint = is_sha256 ? shown.thumbprint_sha256 : shown.thumbprint;
    if (style.thumbprint == Thumbprint::colons)
        thumbprint = with_colons(thumbprint);
    const auto fields = std::to_array<Field>({
        {"size", std::to_string(shown.size), true},
        {"issuer", shown.issuer, false},
        {"serial number", shown.serial, true},
        {"subject", shown.subject, true},
        {"signature", shown.signature, false},
        {"thumbprint algorithm",
         !info       ? ""
         : is_sha256 ? "sha256"
                     : "sha1",
         false},
        {"thumbprint", thumbprint, true},
        {"expiry date", info ? expiry_text(shown.expires, style.old_expiry) : "", false},
    });

    auto text = fmt::format("^SBNR: {}", slot);
    for (const auto& [label, value, always] : fields) {
        if (style.labels == Labels::some && !always)
            continue;
        if (style.thumbprint == Thumbprint::unnamed && label == "thumbprint algorithm")
            continue;
        if (style.thumbprint == Thumbprint::none && label.starts_with("thumbprint"))
            continue;
        text += ", ";
        if (style.labels != Labels::none)
            text += fmt::format("{}: ", label);
        text += style.labels == Labels::unquoted ? value : fmt::format("\"{}\"", value);
    }
    return text;
}

std::string corrupted_line(unsigned slot) {
    return fmt::format("^SBNR: {}, certificate is corrupted", slot);
}

std::string unreadable_line(unsigned slot) {
    return fmt::format("^SBNR: {}, state: \"locked\"", slot);
}

} // namespace bgs2::sim
