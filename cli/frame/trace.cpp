// SPDX-License-Identifier: Apache-2.0
#include "cli/frame/trace.h"

#include "daemon/at/transcript.h"
#include "daemon/sbnw/frame.h"
#include "daemon/sbnw/result.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <optional>
#include <utility>

namespace bgs2::cli {
namespace {

constexpr std::string_view any_version = "# bgs2d trace ";

std::optional<unsigned> hex_byte(std::string_view digits) {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    return digits.size() == 2 && error == std::errc() && end == digits.data() + 2 ? std::optional(value)
                                                                                  : std::nullopt;
}

/// The content of `text`, a quoted string.
std::optional<std::string> without_quotes(std::string_view text) {
    if (text.size() < 2 || !text.starts_with('"') || !text.ends_with('"'))
        return std::nullopt;
    text = text.substr(1, text.size() - 2);
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\') {
            result += text[i];
            continue;
        }
        if (++i == text.size())
            return std::nullopt;
        if (text[i] == 'x') {
            const auto byte = hex_byte(text.substr(i + 1, 2));
            if (!byte)
                return std::nullopt;
            result += static_cast<char>(*byte);
            i += 2;
        } else if (const auto escape = std::string_view("rnt").find(text[i]); escape != std::string::npos) {
            result += "\r\n\t"[escape];
        } else {
            result += text[i];
        }
    }
    return result;
}

/// Reads the words of a line from its beginning.
class Words {
  public:
    explicit Words(std::string_view text)
      : text_(text) {}

    bool take(std::string_view word) {
        if (!text_.starts_with(word))
            return false;
        text_.remove_prefix(word.size());
        return true;
    }

    template<class Number>
    bool take_number(Number& value) {
        const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), value);
        if (error != std::errc())
            return false;
        text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
        return true;
    }

    [[nodiscard]] std::string_view rest() const { return text_; }

  private:
    std::string_view text_;
};

class Reader {
  public:
    /// False if it is not a line of a trace.
    bool read(std::string_view line) {
        if (line.empty() || line.starts_with('#'))
            return true;
        Words words(line);
        double seconds = 0;
        if (!words.take_number(seconds))
            return false;
        if (words.take(" > bytes "))
            return read_bytes(seconds, words);
        if (words.take(" < hidden "))
            return true;
        const bool said = words.take(" > ");
        if (!said && !words.take(" < "))
            return false;
        const auto text = without_quotes(words.rest());
        if (text)
            said ? note_command(*text) : note_answer(*text);
        return text.has_value();
    }

    std::vector<TracedCommand> take() { return std::move(commands_); }

  private:
    void note_command(std::string_view text) {
        awaits_result_ = false;
        store_.clear();
        if (!text.starts_with("AT^SBNW="))
            return;
        text = text.substr(8, text.find(',') - 8);
        std::ranges::copy_if(text, std::back_inserter(store_), [](char c) { return c != '"' && c != '\r'; });
    }

    void note_answer(std::string_view text) {
        while (awaits_result_ && !text.empty()) {
            const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
            const std::string_view line = text.substr(0, end);
            text.remove_prefix(std::min(end + 1, text.size()));
            if (!sbnw::parse_result(line))
                continue;
            commands_.back().result = line;
            awaits_result_ = false;
        }
    }

    /// "512+512 of 1902: ...".
    bool read_bytes(double seconds, Words words) {
        std::size_t offset = 0;
        std::size_t size = 0;
        std::size_t total = 0;
        if (!words.take_number(offset) || !words.take("+") || !words.take_number(size) ||
            !words.take(" of ") || !words.take_number(total) || !words.take(": "))
            return false;
        if (total > max_frame_size || size > total || offset > total - size)
            return false;
        if (offset == 0) {
            commands_.push_back({.seconds = seconds,
                                 .store = store_,
                                 .total = total,
                                 .bytes = {},
                                 .hidden = {},
                                 .result = {}});
            awaits_result_ = true;
        }
        if (commands_.empty() || commands_.back().bytes.size() != offset || commands_.back().total != total)
            return false;
        return words.rest() == "hidden" ? hide(size) : add(words.rest(), size);
    }

    bool hide(std::size_t size) {
        TracedCommand& command = commands_.back();
        const std::size_t offset = command.bytes.size();
        if (!command.hidden.empty() && command.hidden.back().offset + command.hidden.back().size == offset)
            command.hidden.back().size += size;
        else
            command.hidden.push_back({.offset = offset, .size = size});
        command.bytes.resize(offset + size);
        return true;
    }

    bool add(std::string_view digits, std::size_t size) {
        if (digits.size() != 2 * size)
            return false;
        for (; !digits.empty(); digits.remove_prefix(2)) {
            if (digits.starts_with("..")) {
                hide(1);
                continue;
            }
            const auto byte = hex_byte(digits.substr(0, 2));
            if (!byte)
                return false;
            commands_.back().bytes.push_back(std::byte(*byte));
        }
        return true;
    }

    std::vector<TracedCommand> commands_;
    std::string store_;
    bool awaits_result_ = false;
};

} // namespace

bool is_trace(std::string_view text) {
    return text.starts_with(any_version);
}

bool is_trace_file(const std::string& path) {
    std::error_code error;
    if (path == "-" || !std::filesystem::is_regular_file(path, error))
        return false;
    std::string beginning(any_version.size(), '\0');
    std::ifstream(path, std::ios::binary)
        .read(beginning.data(), static_cast<std::streamsize>(beginning.size()));
    return is_trace(beginning);
}

Expected<std::vector<TracedCommand>> secure_commands(std::string_view text) {
    Reader reader;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::size_t end = text.find('\n');
        // An incomplete line: bgs2d is writing it, or the disk was full.
        if (end == std::string_view::npos)
            break;
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(end + 1);
        if (number == 1 && line != at::trace_version)
            return fail(
                ErrorCode::not_supported,
                fmt::format("unknown version of the trace: line 1 is '{}'", printable(line.substr(0, 40))),
                fmt::format("use a bgs2ctl of the same version as bgs2d; this one reads '{}'",
                            at::trace_version));
        if (!reader.read(line))
            return fail(ErrorCode::invalid_argument,
                        fmt::format("line {} is not a line of a bgs2d trace", number),
                        "use the file as bgs2d wrote it: it was changed since then");
    }
    return reader.take();
}

} // namespace bgs2::cli
