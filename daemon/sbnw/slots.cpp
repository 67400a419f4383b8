// SPDX-License-Identifier: Apache-2.0
#include "daemon/sbnw/slots.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

namespace bgs2::sbnw {
namespace {

char lower(char c) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
}

std::string to_lower(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), lower);
    return result;
}

std::string_view trim(std::string_view text) {
    constexpr std::string_view blank = " \t";
    const auto first = text.find_first_not_of(blank);
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

template<class T>
std::optional<T> to_number(std::string_view text) {
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

/// `YYYY,MM,DD`, or `YY/MM/DD HH:MM:SS` on older firmware.
std::optional<std::chrono::year_month_day> parse_date(std::string_view text) {
    constexpr std::array<int, 3> greatest{9999, 12, 31}; // std::chrono's types would wrap
    std::array<int, 3> parts{};
    const std::string_view date = text.substr(0, text.find(' '));
    std::size_t begin = 0;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const auto end = std::min(date.find_first_of(",/-", begin), date.size());
        const auto number = to_number<int>(date.substr(begin, end - begin));
        if (!number || *number < 0 || *number > greatest[i] || (i < 2) == (end == date.size()))
            return std::nullopt;
        parts[i] = *number;
        begin = end + 1;
    }
    const int year = parts[0] < 100 ? 2000 + parts[0] : parts[0];
    const std::chrono::year_month_day result{std::chrono::year{year},
                                             std::chrono::month{static_cast<unsigned>(parts[1])},
                                             std::chrono::day{static_cast<unsigned>(parts[2])}};
    return result.ok() ? std::optional(result) : std::nullopt;
}

struct Label {
    std::string_view name;
    void (*set)(Slot&, std::string_view);
};

constexpr std::array labels{
    Label{"size",
          [](Slot& slot, std::string_view v) { slot.size = to_number<std::uint32_t>(v).value_or(0); }},
    Label{"issuer", [](Slot& slot, std::string_view v) { slot.issuer = v; }},
    Label{"serial number", [](Slot& slot, std::string_view v) { slot.serial = v; }},
    Label{"subject", [](Slot& slot, std::string_view v) { slot.subject = v; }},
    Label{"signature", [](Slot& slot, std::string_view v) { slot.signature_algorithm = v; }},
    Label{"thumbprint", [](Slot& slot, std::string_view v) { slot.thumbprint = to_lower(v); }},
    Label{"expiry date", [](Slot& slot, std::string_view v) { slot.expires = parse_date(v); }},
};

struct Field {
    std::string_view label;
    std::string_view value;
};

bool is_label(std::string_view text) {
    const auto in_label = [](unsigned char c) {
        return std::isalnum(c) != 0 || c == ' ' || c == '-' || c == '_';
    };
    return !text.empty() && std::isalpha(static_cast<unsigned char>(text.front())) != 0 &&
           std::ranges::all_of(text, in_label);
}

/// Whether a field can end before `rest`: nothing more comes, or a comma and the next label.
bool ends_field(std::string_view rest) {
    rest = trim(rest);
    if (rest.empty())
        return true;
    if (!rest.starts_with(','))
        return false;
    const std::string_view next = trim(rest.substr(1));
    const auto colon = next.find(':');
    return next.empty() || (colon != std::string_view::npos && is_label(trim(next.substr(0, colon))));
}

/// Removes the front of `text` up to and including the character at `end`, and returns what precedes `end`.
std::string_view take(std::string_view& text, std::size_t end) {
    const std::string_view taken = text.substr(0, end);
    text.remove_prefix(end < text.size() ? end + 1 : text.size());
    return taken;
}

/// Removes a value from the front: up to the first `stop` that can end the field, since quotes and commas
/// within a value are not escaped.
std::string_view take_value(std::string_view& text, char stop) {
    for (auto at = text.find(stop); at != std::string_view::npos; at = text.find(stop, at + 1)) {
        if (ends_field(text.substr(stop == ',' ? at : at + 1)))
            return take(text, at);
    }
    return take(text, std::string_view::npos);
}

/// Removes `label: "value",` or `label: value,` from the front of `text`.
Field take_field(std::string_view& text) {
    Field field{.label = trim(take(text, text.find(':'))), .value = {}};
    text = trim(text);
    if (text.starts_with('"')) {
        text.remove_prefix(1);
        field.value = trim(take_value(text, '"'));
        take(text, text.find(','));
    } else {
        field.value = trim(take_value(text, ','));
    }
    return field;
}

Slot parse_slot(std::string_view text) {
    Slot slot;
    if (!text.contains(':')) {
        slot.corrupted = to_lower(text).contains("corrupted");
        return slot;
    }
    while (!text.empty()) {
        const Field field = take_field(text);
        const std::string name = to_lower(field.label);
        if (const auto* label = std::ranges::find(labels, name, &Label::name); label != labels.end())
            label->set(slot, field.value);
    }
    return slot;
}

} // namespace

std::string to_string(const Slot& slot) {
    if (slot.empty())
        return "nothing";
    if (slot.corrupted)
        return "a corrupted certificate";
    return fmt::format("{} (SHA-1 {})", slot.subject.empty() ? "a certificate" : slot.subject,
                       slot.thumbprint);
}

Slots parse_slots(std::span<const std::string> lines) {
    constexpr std::string_view prefix = "^SBNR:";
    Slots slots;
    for (const std::string_view line : lines) {
        if (!line.starts_with(prefix))
            continue;
        std::string_view rest = line.substr(prefix.size());
        const auto comma = std::min(rest.find(','), rest.size());
        const auto number = to_number<unsigned>(trim(rest.substr(0, comma)));
        if (!number || *number > highest_slot)
            continue;
        rest.remove_prefix(std::min(comma + 1, rest.size()));
        slots[*number] = parse_slot(rest);
    }
    return slots;
}

} // namespace bgs2::sbnw
