// SPDX-License-Identifier: Apache-2.0
#include "daemon/sbnw/slots.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstddef>
#include <utility>
#include <vector>

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

/// The hexadecimal digits of a thumbprint, which firmware may separate; empty for other text.
std::string parse_thumbprint(std::string_view text) {
    std::string digits;
    for (const char c : text) {
        if (std::isxdigit(static_cast<unsigned char>(c)) != 0)
            digits += lower(c);
        else if (c != ':' && c != ' ' && c != '-')
            return {};
    }
    return digits;
}

struct Label {
    std::string_view name;
    void (*set)(Slot&, std::string_view);
};

/// In the order of a row without labels (families.md §1).
constexpr std::array labels{
    Label{"size",
          [](Slot& slot, std::string_view v) { slot.size = to_number<std::uint32_t>(v).value_or(0); }},
    Label{"issuer", [](Slot& slot, std::string_view v) { slot.issuer = v; }},
    Label{"serial number", [](Slot& slot, std::string_view v) { slot.serial = v; }},
    Label{"subject", [](Slot& slot, std::string_view v) { slot.subject = v; }},
    Label{"signature", [](Slot& slot, std::string_view v) { slot.signature_algorithm = v; }},
    Label{"thumbprint algorithm",
          [](Slot& slot, std::string_view v) { slot.thumbprint_algorithm = to_lower(v); }},
    Label{"thumbprint", [](Slot& slot, std::string_view v) { slot.thumbprint = parse_thumbprint(v); }},
    Label{"expiry date", [](Slot& slot, std::string_view v) { slot.expires = parse_date(v); }},
};
constexpr std::size_t size_label = 0;

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
/// within a value are not escaped; otherwise up to the last one. Nothing if the value is cut.
std::optional<std::string_view> take_value(std::string_view& text, char stop) {
    std::size_t last = std::string_view::npos;
    for (auto at = text.find(stop); at != std::string_view::npos; at = text.find(stop, at + 1)) {
        if (ends_field(text.substr(stop == ',' ? at : at + 1)))
            return take(text, at);
        last = at;
    }
    if (stop == ',')
        return take(text, std::string_view::npos);
    if (last == std::string_view::npos || trim(text.substr(last + 1)).starts_with(','))
        return std::nullopt;
    const std::string_view value = text.substr(0, last);
    text = {};
    return value;
}

/// Removes `label: "value",` or `label: value,` from the front of `text`. Nothing if the field is cut.
std::optional<Field> take_field(std::string_view& text) {
    const std::string_view label = trim(take(text, text.find(':')));
    text = trim(text);
    const bool quoted = text.starts_with('"');
    if (quoted)
        text.remove_prefix(1);
    const auto value = take_value(text, quoted ? '"' : ',');
    if (quoted)
        take(text, text.find(','));
    if (!value)
        return std::nullopt;
    return Field{.label = label, .value = trim(*value)};
}

/// The values of a row without labels: `"861", "/CN=Example", ...`. Commas in the last one remain.
std::vector<std::string_view> values_of(std::string_view text) {
    std::vector<std::string_view> values;
    while (values.size() + 1 < labels.size() && !text.empty()) {
        text = trim(text);
        auto end = text.find(',');
        if (text.starts_with('"')) {
            const auto is_end = [&](std::size_t at) {
                if (at == std::string_view::npos)
                    return true;
                const std::string_view rest = trim(text.substr(at + 1));
                return rest.starts_with(',') && trim(rest.substr(1)).starts_with('"');
            };
            auto quote = text.find('"', 1);
            while (!is_end(quote))
                quote = text.find('"', quote + 1);
            end = text.find(',', quote);
        }
        values.push_back(trim(take(text, end)));
    }
    values.push_back(trim(text));
    for (std::string_view& value : values) {
        if (value.size() >= 2 && value.starts_with('"') && value.ends_with('"'))
            value = value.substr(1, value.size() - 2);
    }
    return values;
}

Slot unreadable_slot() {
    Slot slot;
    slot.unreadable = true;
    return slot;
}

Slot parse_without_labels(std::string_view text) {
    Slot slot;
    slot.corrupted = to_lower(text).contains("corrupted");
    if (slot.corrupted)
        return slot;
    const std::vector<std::string_view> values = values_of(text);
    if (values.size() != labels.size() || !to_number<std::uint32_t>(values[size_label]))
        return unreadable_slot();
    for (std::size_t i = 0; i < values.size(); ++i)
        labels.at(i).set(slot, values[i]);
    return slot;
}

/// The slot in the text after the number of a row; nothing if the text is cut.
std::optional<Slot> parse_slot(std::string_view text) {
    text = trim(text);
    if (text.empty() || text.ends_with(','))
        return std::nullopt;
    Slot slot;
    bool has_label = false;
    bool has_text = false; ///< a field with content
    bool has_size = false;
    for (std::string_view rest = text; rest.contains(':');) {
        const auto field = take_field(rest);
        if (!field)
            return std::nullopt;
        const auto* label = std::ranges::find(labels, to_lower(field->label), &Label::name);
        if (label == labels.end())
            continue;
        label->set(slot, field->value);
        has_label = true;
        has_text = has_text || !field->value.empty();
        has_size = has_size || (label == &labels[size_label] && to_number<std::uint32_t>(field->value));
    }
    if (!has_label)
        return parse_without_labels(text);
    if (has_text && !has_size && slot.thumbprint.empty())
        return unreadable_slot();
    return slot;
}

constexpr std::string_view row_prefix = "^SBNR:";

/// The text of a row after the prefix; nothing for other lines. TX omits the prefix in front of
/// `<number>, certificate is corrupted` (families.md §1).
std::optional<std::string_view> row_of(std::string_view line) {
    if (line.starts_with(row_prefix))
        return line.substr(row_prefix.size());
    const auto comma = line.find(',');
    if (comma != std::string_view::npos && to_number<unsigned>(trim(line.substr(0, comma))) &&
        to_lower(line).contains("corrupted"))
        return line;
    return std::nullopt;
}

/// Whether a line that is no row may be what noise left of one.
bool may_be_row(std::string_view line) {
    const std::string text = to_lower(line);
    return text.contains("sbnr") || text.contains("thumbprint");
}

} // namespace

std::string to_string(const Slot& slot) {
    if (slot.empty())
        return "nothing";
    if (slot.corrupted)
        return "a corrupted certificate";
    if (slot.unreadable)
        return "unreadable content";
    const std::string_view name = slot.subject.empty() ? "a certificate" : std::string_view(slot.subject);
    if (slot.thumbprint.empty())
        return std::string(name);
    const bool is_sha1 = slot.thumbprint_algorithm.empty() || slot.thumbprint_algorithm == "sha1";
    return fmt::format("{} ({} {})", name, is_sha1 ? "SHA-1" : slot.thumbprint_algorithm, slot.thumbprint);
}

Expected<Slots> parse_slots(std::span<const std::string> lines) {
    const auto incomplete = [](std::string what) {
        return fail(ErrorCode::modem_rejected, std::move(what),
                    "check the wiring and the flow control if this stays; bgs2d reads the slots again");
    };
    Slots slots;
    for (const std::string_view line : lines) {
        const auto row = row_of(line);
        if (!row && !may_be_row(line))
            continue;
        const std::string_view text = row.value_or("");
        const auto comma = std::min(text.find(','), text.size());
        const auto number = to_number<unsigned>(trim(text.substr(0, comma)));
        const std::string_view rest = text.substr(std::min(comma + 1, text.size()));
        const auto slot = rest.contains(row_prefix) ? std::nullopt : parse_slot(rest);
        if (!number || !slot)
            return incomplete(fmt::format("the list of the slots contains a damaged line: '{}'", line));
        if (*number <= highest_slot)
            slots[*number] = *slot;
    }
    if (slots.empty())
        return incomplete("the modem answered 'OK' without a list of its slots");
    return slots;
}

} // namespace bgs2::sbnw
