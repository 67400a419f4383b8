// SPDX-License-Identifier: Apache-2.0
#include "daemon/sbnw/corruption.h"

#include "daemon/base/counted.h"
#include "daemon/sbnw/frame.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace bgs2::sbnw {
namespace {

std::uint8_t at(ByteView bytes, std::size_t offset) {
    return std::to_integer<std::uint8_t>(bytes[offset]);
}

/// The number of non-ASCII characters if the text is UTF-8; otherwise nothing.
std::optional<std::size_t> utf8_beyond_ascii(ByteView bytes) {
    std::size_t count = 0;
    for (std::size_t offset = 0; offset < bytes.size();) {
        const std::size_t length = utf8_sequence(as_text(bytes.subspan(offset)));
        if (length == 0)
            return std::nullopt;
        count += length > 1 ? 1 : 0;
        offset += length;
    }
    return count;
}

std::size_t count_of(std::string_view text, std::string_view pattern) {
    std::size_t count = 0;
    for (auto at = text.find(pattern); at != std::string_view::npos;
         at = text.find(pattern, at + pattern.size()))
        ++count;
    return count;
}

Error not_a_frame(std::string what, std::string hint) {
    return Error{ErrorCode::invalid_argument, std::move(what), std::move(hint)};
}

bool is_hex_text(std::string_view text) {
    const auto is_hex = [](unsigned char c) { return std::isxdigit(c) != 0 || std::isspace(c) != 0; };
    return text.size() >= 12 && std::ranges::all_of(text, is_hex);
}

/// PEM, possibly after the text of other tools ("Bag Attributes"). A frame that contains PEM has NULs.
bool is_pem(std::string_view text) {
    return text.find("-----BEGIN ") != std::string_view::npos && text.find('\0') == std::string_view::npos;
}

/// A frame of 0x8130 or 0x8230 bytes begins like DER, but continues with a small command and count.
bool has_header(ByteView bytes) {
    return bytes.size() >= frame_header_size && (at(bytes, 2) == 1 || at(bytes, 2) == 3) &&
           at(bytes, 3) == 0 && at(bytes, 4) <= 7 && at(bytes, 5) == 0;
}

/// A SEQUENCE, like all DER files of keys and certificates.
bool is_der(ByteView bytes) {
    const std::string_view text = as_text(bytes);
    return ((text.starts_with("\x30\x82") || text.starts_with("\x30\x81")) && !has_header(bytes)) ||
           (bytes.size() >= 2 && at(bytes, 0) == 0x30 && at(bytes, 1) < 0x80 &&
            bytes.size() == at(bytes, 1) + 2U);
}

/// The bytes with a single LF for each CR LF, if all LFs have their CR and that is a frame's length again.
/// The length field itself may have got a CR, so it is not read before.
std::optional<std::size_t> line_feeds_of_text_copy(std::string_view text) {
    const std::size_t line_feeds = count_of(text, "\n");
    if (line_feeds == 0 || line_feeds != count_of(text, "\r\n"))
        return std::nullopt;
    std::string undone;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (!text.substr(i).starts_with("\r\n"))
            undone.push_back(text[i]);
    }
    return announced_length(as_bytes(undone)) == undone.size() ? std::optional(line_feeds) : std::nullopt;
}

} // namespace

std::optional<Error> detect_corruption(ByteView bytes) {
    const std::string_view text = as_text(bytes);
    constexpr std::string_view make_a_frame = "encode it with 'bgs2ctl frame encode'";
    if (is_pem(text))
        return not_a_frame("this is a PEM file, not a frame", std::string(make_a_frame));
    if (is_der(bytes))
        return not_a_frame("this is a DER file, not a frame", std::string(make_a_frame));
    if (is_hex_text(text))
        return not_a_frame("this is a hex dump saved as text, not a frame",
                           "convert it to binary first, for example with 'xxd -r -p'");

    const auto beyond_ascii = utf8_beyond_ascii(bytes);
    if (const std::size_t count = count_of(text, "\xef\xbf\xbd"); beyond_ascii && count > 0)
        return not_a_frame(
            fmt::format("the frame went through a UTF-8 conversion: {} beyond 7f became ef bf bd, first at "
                        "offset {}",
                        counted(count, "byte"), text.find("\xef\xbf\xbd")),
            "capture or encode it again, and copy it as binary: its content is lost");

    if (const auto line_feeds = line_feeds_of_text_copy(text))
        return not_a_frame(
            fmt::format("every LF of the frame became CR LF ({} of them): it was copied as text",
                        *line_feeds),
            "copy it as binary");

    const std::size_t announced = announced_length(bytes);
    if (announced >= frame_header_size && bytes.size() > announced) {
        const std::string_view excess = text.substr(announced);
        if (excess.find_first_not_of("\r\n") == std::string_view::npos)
            return not_a_frame(
                fmt::format("{} of CR/LF added after the frame, at offset {}", counted(excess.size(), "byte"),
                            announced),
                fmt::format("truncate the file to {} bytes: a module reports more as too many data",
                            announced));
    }

    if (beyond_ascii && *beyond_ascii > 0)
        return not_a_frame(
            fmt::format("the frame went through a UTF-8 conversion: {} beyond 7f became several each",
                        counted(*beyond_ascii, "byte")),
            "convert it back with 'iconv -f UTF-8 -t ISO-8859-1', or copy it as binary");
    return std::nullopt;
}

} // namespace bgs2::sbnw
