// SPDX-License-Identifier: Apache-2.0
#include "cli/frame/frame_dump.h"

#include "daemon/pki/base64.h"
#include "daemon/pki/file_format.h"
#include "daemon/pki/wrapping.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>
#include <vector>

namespace bgs2::cli {
namespace {

constexpr std::string_view dump_blanks = " \t\r\n";

std::optional<std::size_t> number(std::string_view text, int base) {
    std::size_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    return error == std::errc() && end == text.data() + text.size() && !text.empty() ? std::optional(value)
                                                                                     : std::nullopt;
}

/// Bytes that are read one by one; as many as the text has room for.
class DumpBytes {
  public:
    explicit DumpBytes(std::size_t capacity)
      : bytes_(capacity) {}

    [[nodiscard]] std::size_t size() const { return size_; }

    bool add(std::size_t byte) {
        if (size_ == bytes_.size() || byte > 0xff)
            return false;
        bytes_.bytes()[size_++] = std::byte(byte);
        return true;
    }

    /// Adds an even number of hex digits; false if it is anything else.
    bool add_digits(std::string_view digits, bool swapped) {
        if (digits.empty() || digits.size() % 2 != 0)
            return false;
        for (std::size_t i = 0; i < digits.size(); i += 2) {
            const std::size_t place = swapped ? digits.size() - 2 - i : i;
            const auto byte = number(digits.substr(place, 2), 16);
            if (!byte || !add(*byte))
                return false;
        }
        return true;
    }

    /// Repeats the last `width` bytes up to `size`.
    bool repeat(std::size_t width, std::size_t size) {
        if (width == 0 || width > size_ || size < size_ || size > max_size)
            return false;
        if (size > bytes_.size())
            bytes_.resize(size);
        while (size_ < size) {
            bytes_.bytes()[size_] = bytes_.bytes()[size_ - width];
            ++size_;
        }
        return true;
    }

    void remove_last() { --size_; }

    pki::Secret finish() && {
        bytes_.truncate(size_);
        return std::move(bytes_);
    }

  private:
    static constexpr std::size_t max_size = 65536;
    pki::Secret bytes_;
    std::size_t size_ = 0;
};

std::string_view next_word(std::string_view& line) {
    line.remove_prefix(std::min(line.find_first_not_of(dump_blanks), line.size()));
    const std::string_view found = line.substr(0, line.find_first_of(dump_blanks));
    line.remove_prefix(found.size());
    return found;
}

bool is_hex(std::string_view word) {
    return !word.empty() && word.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

/// Reads lines with an offset, which is checked.
class OffsetDump {
  public:
    OffsetDump(std::string_view text, int base)
      : base_(base)
      , bytes_(text.size() / 2 + 16) {}

    bool read_line(std::string_view line) {
        std::string_view offset = next_word(line);
        if (offset.empty())
            return true;
        if (offset == "*") {
            repeated_ = true;
            return width_ != 0;
        }
        const bool colon = offset.ends_with(':');
        if (colon)
            offset.remove_suffix(1);
        if (offset.size() < 4 || !is_hex(offset))
            return bytes_.size() == 0 && !colon; // a title
        if (!is_here(offset, line.find_first_not_of(dump_blanks) == std::string_view::npos))
            return false;
        const std::size_t before = bytes_.size();
        while (bytes_.size() - before < most_a_line) {
            // xxd writes two blanks before its characters, hexdump and od mark them.
            if (colon && bytes_.size() != before && line.starts_with("  "))
                break;
            const std::string_view group = next_word(line);
            if (!is_hex(group) || group.size() % 2 != 0 || (!colon && group.size() > 4) ||
                !bytes_.add_digits(group, !colon && group.size() == 4))
                break;
        }
        width_ = bytes_.size() - before;
        ++lines_;
        return true;
    }

    std::optional<pki::Secret> finish() && {
        if (lines_ == 0 || bytes_.size() == 0 || repeated_)
            return std::nullopt;
        return std::move(bytes_).finish();
    }

  private:
    /// Whether this is the offset of the next byte. Repeats lines up to it.
    bool is_here(std::string_view offset, bool last) {
        const auto place = number(offset, base_);
        if (!place)
            return false;
        if (std::exchange(repeated_, false) && !bytes_.repeat(width_, *place))
            return false;
        // The last word can have one byte too many.
        if (last && *place + 1 == bytes_.size())
            bytes_.remove_last();
        return *place == bytes_.size();
    }

    static constexpr std::size_t most_a_line = 64;
    int base_; ///< of the offsets
    DumpBytes bytes_;
    std::size_t width_ = 0;
    std::size_t lines_ = 0;
    bool repeated_ = false;
};

std::optional<pki::Secret> read_offset_dump(std::string_view text, int base) {
    OffsetDump dump(text, base);
    for (std::size_t start = 0; start < text.size();) {
        const std::size_t end = std::min(text.find('\n', start), text.size());
        if (!dump.read_line(text.substr(start, end - start)))
            return std::nullopt;
        start = end + 1;
    }
    return std::move(dump).finish();
}

std::optional<pki::Secret> read_hex_offset_dump(std::string_view text) {
    return read_offset_dump(text, 16);
}

/// As od writes by default.
std::optional<pki::Secret> read_octal_offset_dump(std::string_view text) {
    return read_offset_dump(text, 8);
}

/// All numbers "0x1c" between the first pair of braces, or of the whole text.
std::optional<pki::Secret> read_array(std::string_view text) {
    if (const auto open = text.find('{'); open != std::string_view::npos)
        text = text.substr(open + 1, text.find('}', open) - open - 1);
    DumpBytes bytes(text.size() / 3 + 1);
    for (auto at = text.find_first_not_of(", \t\r\n"); at != std::string_view::npos;
         at = text.find_first_not_of(", \t\r\n")) {
        text.remove_prefix(at);
        const std::string_view word = text.substr(0, text.find_first_of(", \t\r\n"));
        const auto value =
            word.starts_with("0x") || word.starts_with("0X") ? number(word.substr(2), 16) : number(word, 10);
        if (!value || !bytes.add(*value))
            return std::nullopt;
        text.remove_prefix(word.size());
    }
    return bytes.size() == 0 ? std::nullopt : std::optional(std::move(bytes).finish());
}

/// Hex digits in pairs, with nothing, blanks, colons or dashes between them.
std::optional<pki::Secret> read_digits(std::string_view text) {
    DumpBytes bytes(text.size() / 2);
    constexpr std::string_view separators = " \t\r\n:-";
    for (auto at = text.find_first_not_of(separators); at != std::string_view::npos;
         at = text.find_first_not_of(separators)) {
        text.remove_prefix(at);
        const std::string_view word = text.substr(0, text.find_first_of(separators));
        if (!bytes.add_digits(word, false))
            return std::nullopt;
        text.remove_prefix(word.size());
    }
    return bytes.size() == 0 ? std::nullopt : std::optional(std::move(bytes).finish());
}

std::optional<pki::Secret> read_base64(std::string_view text) {
    auto decoded = pki::decode_base64(text);
    // Words can be Base64, too, but no frame.
    if (!decoded || !as_text(std::as_const(*decoded).bytes()).contains('\0'))
        return std::nullopt;
    return std::move(*decoded);
}

/// Whether several lines have a direction or a time, as records of serial monitors have.
bool is_record(std::string_view text) {
    std::size_t marked = 0;
    for (std::size_t start = 0; start < text.size() && marked < 2;) {
        const std::size_t end = std::min(text.find('\n', start), text.size());
        const std::string_view line = text.substr(start, end - start);
        const bool time = std::ranges::count(line, ':') >= 2 && line.find_first_of("0123456789") < 12;
        for (const std::string_view mark : {"TX", "RX", "Tx", "Rx", ">>", "<<", "->", "<-", "AT^", "IRP_MJ"})
            marked += line.contains(mark) ? 1U : 0U;
        marked += time ? 1U : 0U;
        start = end + 1;
    }
    return marked >= 2;
}

std::string what_it_is(ByteView bytes, std::string_view text) {
    const pki::FileFormat file_format = pki::detect_format(bytes);
    if (file_format != pki::FileFormat::unknown)
        return std::string(pki::description(file_format));
    return is_record(text) ? "text, such as a record of a serial monitor" : "text";
}

} // namespace

bool is_text(ByteView bytes) {
    if (pki::is_utf16(bytes))
        return pki::from_utf16(bytes).has_value();
    return !bytes.empty() && std::ranges::none_of(bytes, [](std::byte byte) {
        return byte < std::byte{' '} && byte != std::byte{'\t'} && byte != std::byte{'\r'} &&
               byte != std::byte{'\n'};
    });
}

std::optional<pki::Secret> read_dump(ByteView bytes) {
    const auto utf8 = pki::from_utf16(bytes);
    std::string_view text = as_text(utf8 ? utf8->bytes() : bytes);
    if (text.starts_with("\xef\xbb\xbf"))
        text.remove_prefix(3);
    for (const auto& read :
         {read_digits, read_hex_offset_dump, read_octal_offset_dump, read_array, read_base64}) {
        if (auto dump = read(text))
            return dump;
    }
    return std::nullopt;
}

Expected<pki::Secret> frame_bytes(pki::Secret file, std::string_view name) {
    const ByteView bytes = std::as_const(file).bytes();
    if (!is_text(bytes))
        return file;
    if (auto dump = read_dump(bytes))
        return std::move(*dump);
    const auto utf8 = pki::from_utf16(bytes);
    return fail(ErrorCode::invalid_argument,
                fmt::format("{} is {}, not a frame", name,
                            what_it_is(utf8 ? utf8->bytes() : bytes, as_text(utf8 ? utf8->bytes() : bytes))),
                "give the bytes that were sent to the modem: binary, as hex digits, a hex dump, a C array or "
                "Base64");
}

} // namespace bgs2::cli
