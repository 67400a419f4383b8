// SPDX-License-Identifier: Apache-2.0
#include "daemon/pki/wrapping.h"

#include "daemon/pki/base64.h"
#include "daemon/pki/file_format.h"

#include <cstdint>
#include <string_view>
#include <utility>

namespace bgs2::pki {

namespace {

using namespace std::string_view_literals;

constexpr auto little_endian_mark = "\xff\xfe"sv;
constexpr auto big_endian_mark = "\xfe\xff"sv;
constexpr auto utf8_mark = "\xef\xbb\xbf"sv;

enum class ByteOrder { little, big };

bool is_ascii_text(char c) {
    return (c >= ' ' && c <= '~') || c == '\t' || c == '\r' || c == '\n';
}

std::optional<ByteOrder> byte_order(std::string_view text) {
    if (text.starts_with(little_endian_mark))
        return ByteOrder::little;
    if (text.starts_with(big_endian_mark))
        return ByteOrder::big;
    if (text.size() < 4)
        return std::nullopt;
    if (is_ascii_text(text[0]) && text[1] == '\0' && is_ascii_text(text[2]) && text[3] == '\0')
        return ByteOrder::little;
    if (text[0] == '\0' && is_ascii_text(text[1]) && text[2] == '\0' && is_ascii_text(text[3]))
        return ByteOrder::big;
    return std::nullopt;
}

/// Appends to a secret of sufficient size.
class Utf8Writer {
  public:
    explicit Utf8Writer(std::size_t capacity)
      : text_(capacity) {}

    void add(std::uint32_t code_point) {
        if (code_point < 0x80) {
            put(code_point);
        } else if (code_point < 0x800) {
            put(0xc0 | code_point >> 6U);
            put(0x80 | (code_point & 0x3fU));
        } else if (code_point < 0x10000) {
            put(0xe0 | code_point >> 12U);
            put(0x80 | (code_point >> 6U & 0x3fU));
            put(0x80 | (code_point & 0x3fU));
        } else {
            put(0xf0 | code_point >> 18U);
            put(0x80 | (code_point >> 12U & 0x3fU));
            put(0x80 | (code_point >> 6U & 0x3fU));
            put(0x80 | (code_point & 0x3fU));
        }
    }
    Secret finish() && {
        text_.truncate(size_);
        return std::move(text_);
    }

  private:
    void put(std::uint32_t byte) { text_.bytes()[size_++] = std::byte(byte); }

    Secret text_;
    std::size_t size_ = 0;
};

std::optional<Secret> from_base64(ByteView bytes) {
    std::string_view text = as_text(bytes);
    if (text.starts_with(utf8_mark))
        text.remove_prefix(utf8_mark.size());
    // Most files are not Base64: no memory for them.
    if (text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/= \t\r\n") !=
        std::string_view::npos)
        return std::nullopt;
    auto decoded = decode_base64(text);
    return decoded ? std::optional(std::move(*decoded)) : std::nullopt;
}

constexpr int deepest = 3;

/// The content within at most `depth` wrappings, if that is in a known format.
std::optional<Secret> known_content(ByteView bytes, int depth) {
    auto content = is_utf16(bytes) ? from_utf16(bytes) : from_base64(bytes);
    if (!content || content->empty())
        return std::nullopt;
    if (depth > 1) {
        if (auto further = known_content(std::as_const(*content).bytes(), depth - 1))
            return further;
    }
    const FileFormat file_format = detect_format(std::as_const(*content).bytes());
    if (file_format == FileFormat::unknown || file_format == FileFormat::empty)
        return std::nullopt;
    return content;
}

} // namespace

bool is_utf16(ByteView bytes) {
    return byte_order(as_text(bytes)).has_value();
}

std::optional<Secret> from_utf16(ByteView bytes) {
    const std::string_view text = as_text(bytes);
    const auto order = byte_order(text);
    if (!order || text.size() % 2 != 0)
        return std::nullopt;
    const auto unit = [&](std::size_t i) {
        const auto one = std::to_integer<std::uint32_t>(bytes[i]);
        const auto other = std::to_integer<std::uint32_t>(bytes[i + 1]);
        return order == ByteOrder::little ? other << 8U | one : one << 8U | other;
    };
    constexpr std::uint32_t mark = 0xfeff;
    Utf8Writer utf8(text.size() / 2 * 3);
    for (std::size_t i = unit(0) == mark ? 2 : 0; i < text.size(); i += 2) {
        std::uint32_t code_point = unit(i);
        if (code_point >= 0xd800 && code_point < 0xe000) { // one half of a pair (RFC 2781 §2.2)
            if (code_point >= 0xdc00 || i + 2 >= text.size())
                return std::nullopt;
            i += 2;
            const std::uint32_t low = unit(i);
            if (low < 0xdc00 || low >= 0xe000)
                return std::nullopt;
            code_point = 0x10000 + ((code_point - 0xd800) << 10U | (low - 0xdc00));
        }
        utf8.add(code_point);
    }
    return std::move(utf8).finish();
}

Unwrapped::Unwrapped(ByteView bytes)
  : outer_(bytes)
  , inner_(known_content(bytes, deepest)) {}

} // namespace bgs2::pki
