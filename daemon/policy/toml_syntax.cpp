// SPDX-License-Identifier: Apache-2.0
#include "daemon/policy/toml_syntax.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace bgs2::policy {
namespace {

constexpr std::string_view blanks = " \t\r";

bool is_digit(char each) {
    return each >= '0' && each <= '9';
}

bool is_letter(char each) {
    return (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z');
}

/// Bytes that continue a character do not count as columns.
bool begins_character(char each) {
    return (static_cast<unsigned char>(each) & 0xc0U) != 0x80;
}

Position position_of(std::string_view text, std::size_t offset) {
    const std::string_view before = text.substr(0, offset);
    const auto newline = before.rfind('\n');
    const std::string_view line = newline == std::string_view::npos ? before : before.substr(newline + 1);
    return {.line = static_cast<std::size_t>(std::ranges::count(before, '\n')) + 1,
            .column = static_cast<std::size_t>(std::ranges::count_if(line, begins_character)) + 1};
}

/// The offset behind the string whose quote is at `start`; a string that is not closed ends with its line.
std::size_t end_of_string(std::string_view text, std::size_t start) {
    const char quote = text[start];
    const std::string_view triple = quote == '"' ? R"(""")" : "'''";
    const bool is_long = text.substr(start).starts_with(triple);
    std::size_t at = start + (is_long ? triple.size() : 1);
    while (at < text.size()) {
        if (quote == '"' && text[at] == '\\') {
            at += 2;
        } else if (is_long && text.substr(at).starts_with(triple)) {
            at += triple.size();
            // One or two quotes before the closing ones belong to the string.
            for (int more = 0; more < 2 && at < text.size() && text[at] == quote; ++more)
                ++at;
            return at;
        } else if (!is_long && text[at] == quote) {
            return at + 1;
        } else if (!is_long && text[at] == '\n') {
            return at;
        } else {
            ++at;
        }
    }
    return text.size();
}

std::string_view trimmed(std::string_view text) {
    const auto start = text.find_first_not_of(blanks);
    if (start == std::string_view::npos)
        return {};
    return text.substr(start, text.find_last_not_of(blanks) - start + 1);
}

std::string_view line_of(std::string_view text, std::size_t number) {
    for (std::size_t line = 1; line < number; ++line) {
        const auto end = text.find('\n');
        if (end == std::string_view::npos)
            return {};
        text.remove_prefix(end + 1);
    }
    return text.substr(0, text.find('\n'));
}

bool is_conflict_marker(std::string_view line) {
    return std::ranges::any_of(std::array{"<<<<<<<", "|||||||", "=======", ">>>>>>>"},
                               [line](std::string_view marker) { return line.starts_with(marker); });
}

std::string_view first_word(std::string_view value) {
    return value.substr(0, value.find_first_of("#,]} \t\r"));
}

/// Words of other languages, and of TOML in the wrong letter case.
bool is_meant_as_boolean(std::string_view word) {
    constexpr std::array<std::string_view, 6> words{"yes", "no", "on", "off", "true", "false"};
    std::string lower(word);
    std::ranges::transform(lower, lower.begin(), [](unsigned char each) { return std::tolower(each); });
    return std::ranges::find(words, lower) != words.end();
}

bool has_typographic_quotes(std::string_view value) {
    return std::ranges::any_of(std::array{"\u201c", "\u201d", "\u201e", "\u2018", "\u2019", "\u201a"},
                               [value](std::string_view quote) { return value.starts_with(quote); });
}

/// The reason for an error within the value of a key, if the value's beginning tells.
std::string_view about_value(std::string_view value) {
    if (value.empty() || value.starts_with('#'))
        return "the value is missing";
    const std::string_view word = first_word(value);
    if (word == "true" || word == "false")
        return {};
    if (is_meant_as_boolean(word))
        return "write true or false, in lower case and without quotes";
    if (has_typographic_quotes(value))
        return "typographic quotes; write \" or '";
    if (value.starts_with('$'))
        return "variables of the environment are not expanded; write the value itself, in quotes";
    const std::string_view digits = value.substr(value.starts_with('-') || value.starts_with('+') ? 1 : 0);
    if (digits.size() > 1 && digits[0] == '0' && is_digit(digits[1]))
        return "a number must not begin with 0; omit the leading zeros";
    const auto unit = digits.find_first_not_of("0123456789");
    if (unit != 0 && unit != std::string_view::npos && is_letter(digits[unit]) && digits[0] != '0')
        return "a number must not contain letters; write a time in quotes, such as \"30d\"";
    constexpr std::string_view starts_value = "\"'[{+-0123456789";
    if (!starts_value.contains(value.front()))
        return "text requires quotes, such as \"/etc/bgs2d/certs/ca.pem\"";
    return {};
}

/// What the library's descriptions contain, and the words for it.
struct Explanation {
    std::string_view part;
    std::string_view what;
};

constexpr std::array explanations{
    Explanation{"as array-of-tables", "mixes [NAME] and [[NAME]]; write each of these tables as [[NAME]]"},
    Explanation{"' as table", "mixes [NAME] and [[NAME]]; write each of these tables as [[NAME]]"},
    Explanation{"existing table", "a table of this name is already defined; write its keys below one header"},
    Explanation{"cannot redefine", "this key is already defined; remove one of both"},
    Explanation{"into existing inline table",
                "the table is already complete; write all of its keys between its braces"},
    Explanation{"utf-8", "invalid UTF-8; save the file as UTF-8"},
    Explanation{R"('\n' after '\r')", "a line that ends with CR only; save the file with LF line ends"},
    Explanation{"escape sequence", R"(unknown escape sequence; write a backslash as \\, or use ' as quotes)"},
    Explanation{"parsing string: unescaped control characters",
                "a string must not contain control characters, and must be closed on its line"},
    Explanation{"representable in 64 bits", "the number is too large"},
    Explanation{"saw closing '}' (dangling comma)", "remove the comma before the closing brace"},
    Explanation{"parsing inline table", "a table between braces must be complete on its line"},
    Explanation{"parsing table header", "a table header is [NAME] or [[NAME]] on a line of its own"},
    Explanation{"expected a comment or whitespace", "only a comment may follow on this line"},
    Explanation{"parsing array", "a list requires commas between its values and a closing ]"},
    Explanation{"expected '='", "a key must be followed by = and its value"},
    Explanation{"parsing key", "a key must be followed by = and its value"},
    Explanation{"determine value type", "text requires quotes; numbers, true and false do not"},
    Explanation{"parsing root table",
                "a line is [NAME], [[NAME]], KEY = VALUE or a comment that begins with #"},
    Explanation{"encountered end-of-file", "the file ends within a value"},
};

/// The rest of a description is quoted text. Unknown descriptions may contain more of it.
std::string reworded(std::string_view description) {
    const auto* known = std::ranges::find_if(
        explanations, [&](const Explanation& each) { return description.contains(each.part); });
    if (known != explanations.end())
        return std::string(known->what);
    const auto expected = description.find("expected ");
    const auto saw = description.find(", saw");
    if (expected == std::string_view::npos || saw == std::string_view::npos || saw < expected)
        return "invalid TOML";
    return "invalid TOML: " + std::string(description.substr(expected, saw - expected));
}

} // namespace

std::optional<Position> find_deep_nesting(std::string_view text) {
    std::size_t dots = 0;
    std::size_t brackets = 0;
    for (std::size_t at = 0; at < text.size();) {
        const char each = text[at];
        if (each == '"' || each == '\'') {
            at = end_of_string(text, at);
            continue;
        }
        if (each == '#') {
            at = std::min(text.find('\n', at), text.size());
            continue;
        }
        if (each == '.')
            ++dots;
        else if (!is_letter(each) && !is_digit(each) && !std::string_view("_- \t").contains(each))
            dots = 0;
        if (each == '[' || each == '{')
            ++brackets;
        else if ((each == ']' || each == '}') && brackets > 0)
            --brackets;
        if (dots > deepest_nesting || brackets > deepest_nesting)
            return position_of(text, at);
        ++at;
    }
    return std::nullopt;
}

SyntaxError explain_syntax_error(std::string_view text, Position at, std::string_view description) {
    if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff"))
        return {.at = {.line = 1, .column = 1}, .what = "UTF-16; save the file as UTF-8"};
    const std::string_view whole_line = line_of(text, at.line);
    const std::string_view line = trimmed(whole_line);
    const Position start{.line = at.line, .column = whole_line.find_first_not_of(blanks) + 1};
    if (is_conflict_marker(line))
        return {.at = start,
                .what = "conflict marker of a merge; resolve the conflict and remove its markers"};
    if (line.starts_with(';') || line.starts_with("//"))
        return {.at = start, .what = "a comment must begin with #"};
    const auto equals = whole_line.find('=');
    const auto colon = whole_line.find(':');
    if (description.contains("expected '='") && colon < equals)
        return {.at = at, .what = "a key must be followed by = instead of :"};
    const bool is_in_value = description.starts_with("Error while parsing") && !line.starts_with('[') &&
                             !description.contains("cannot redefine") &&
                             !description.contains("expected '='") && !description.contains("root table") &&
                             !description.contains("expected a comment");
    if (is_in_value && equals != std::string_view::npos) {
        const std::string_view value = trimmed(whole_line.substr(equals + 1));
        if (const std::string_view what = about_value(value); !what.empty()) {
            const auto offset =
                value.empty() ? equals : static_cast<std::size_t>(value.data() - whole_line.data());
            return {.at = {.line = at.line, .column = position_of(whole_line, offset).column},
                    .what = std::string(what)};
        }
    }
    return {.at = at, .what = reworded(description)};
}

} // namespace bgs2::policy
