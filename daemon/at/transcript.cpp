// SPDX-License-Identifier: Apache-2.0
#include "daemon/at/transcript.h"

#include "daemon/at/answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace bgs2::at {
namespace {

constexpr std::size_t longest_entry = 1024; ///< bytes of an answer without a line end

// Not quoted(): that of <iomanip> would be a better match for a string.
std::string in_quotes(std::string_view text) {
    std::string result = "\"";
    for (const char c : text) {
        switch (c) {
        case '\r':
            result += "\\r";
            break;
        case '\n':
            result += "\\n";
            break;
        case '\t':
            result += "\\t";
            break;
        case '"':
        case '\\':
            result += '\\';
            result += c;
            break;
        default:
            if (c >= ' ' && c <= '~')
                result += c;
            else
                result += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
        }
    }
    return result + '"';
}

bool is_within(std::size_t offset, std::span<const Extent> extents) {
    return std::ranges::any_of(
        extents, [&](const Extent& e) { return offset >= e.offset && offset - e.offset < e.size; });
}

bool is_command_line(const Sent& sent) {
    return sent.bytes.size() == sent.total && std::ranges::all_of(as_text(sent.bytes), [](char c) {
               return (c >= ' ' && c <= '~') || c == '\r' || c == '\n';
           });
}

std::string hex(const Sent& sent) {
    std::string text;
    bool any = false;
    for (std::size_t i = 0; i < sent.bytes.size(); ++i) {
        const bool shown = is_within(sent.offset + i, sent.shown);
        any = any || shown;
        text += shown ? to_hex(sent.bytes.subspan(i, 1)) : "..";
    }
    return any ? text : "hidden";
}

bool shows_all(const Sent& sent) {
    for (std::size_t offset = 0; offset < sent.total; ++offset) {
        if (!is_within(offset, sent.shown))
            return false;
    }
    return true;
}

/// Whether a line is an ordinary answer: short and without lower-case letters, so that it is neither Base64
/// nor the bytes of a key.
bool is_ordinary(std::string_view line) {
    constexpr std::array<std::string_view, 8> beginnings{"OK",         "ERROR",     "CONNECT", "SECURE CMD",
                                                         "+CME ERROR", "^SYSSTART", "AT",      "+CREG"};
    return line.size() <= 64 &&
           std::ranges::any_of(beginnings,
                               [&](std::string_view beginning) { return line.starts_with(beginning); }) &&
           std::ranges::all_of(line, [](char c) {
               return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      std::string_view(" ^+:,.?=\"").contains(c);
           });
}

} // namespace

Transcript::Transcript(Sink sink)
  : sink_(std::move(sink)) {}

Transcript::~Transcript() {
    report_input();
}

void Transcript::said(const Sent& sent) {
    report_input();
    if (!shows_all(sent)) {
        echo_ = Echo::secret;
    } else if (is_command_line(sent)) {
        if (echo_ == Echo::secret)
            echo_ = Echo::secret_but_in_step;
        sink_(fmt::format("> {}", in_quotes(as_text(sent.bytes))));
        return;
    }
    sink_(fmt::format("> bytes {}+{} of {}: {}", sent.offset, sent.bytes.size(), sent.total, hex(sent)));
}

void Transcript::heard(ByteView bytes) {
    for (const char c : as_text(bytes)) {
        input_ += c;
        const bool has_text = input_.find_first_not_of("\r\n") != std::string::npos;
        if ((c == '\n' && has_text) || input_.size() >= longest_entry)
            report_input();
    }
}

void Transcript::report_input() {
    const std::string input = std::exchange(input_, {});
    if (input.empty())
        return;
    if (may_be_shown(input))
        sink_(fmt::format("< {}", in_quotes(input)));
    else
        sink_(fmt::format("< hidden {}", input.size()));
}

bool Transcript::may_be_shown(std::string_view input) {
    if (echo_ == Echo::harmless)
        return true;
    while (!input.empty()) {
        const std::size_t end = std::min(input.find_first_of("\r\n"), input.size());
        const std::string_view line = input.substr(0, end);
        input.remove_prefix(std::min(end + 1, input.size()));
        if (line.empty())
            continue;
        if (!is_ordinary(line)) {
            echo_ = Echo::secret;
            return false;
        }
        if (line == "SECURE CMD END OK" || (echo_ == Echo::secret_but_in_step && is_final(line)))
            echo_ = Echo::harmless;
    }
    return true;
}

} // namespace bgs2::at
