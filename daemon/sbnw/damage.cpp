#include "daemon/sbnw/damage.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace bgs2::sbnw {
namespace {

std::uint8_t at(ByteView octets, std::size_t offset) {
    return std::to_integer<std::uint8_t>(octets[offset]);
}

std::size_t announced_length(ByteView octets) {
    return octets.size() < 2 ? 0 : at(octets, 0) + (std::size_t{at(octets, 1)} << 8U);
}

/// The number of octets of the UTF-8 sequence at `offset`; 0 if there is none (RFC 3629 §3, surrogates not
/// minded).
std::size_t utf8_sequence(ByteView octets, std::size_t offset) {
    const std::uint8_t lead = at(octets, offset);
    const std::size_t length = lead < 0x80   ? 1
                               : lead < 0xc2 ? 0
                               : lead < 0xe0 ? 2
                               : lead < 0xf0 ? 3
                               : lead < 0xf5 ? 4
                                             : 0;
    if (length == 0 || offset + length > octets.size())
        return 0;
    const auto tail = octets.subspan(offset + 1, length - 1);
    return std::ranges::all_of(tail, [](std::byte b) { return (b & std::byte{0xc0}) == std::byte{0x80}; })
               ? length
               : 0;
}

/// How many characters beyond ASCII there are, if all of it is UTF-8; nothing if it is not.
std::optional<std::size_t> utf8_beyond_ascii(ByteView octets) {
    std::size_t count = 0;
    for (std::size_t offset = 0; offset < octets.size();) {
        const std::size_t length = utf8_sequence(octets, offset);
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
    const auto is_hex = [](char c) {
        return std::isxdigit(static_cast<unsigned char>(c)) != 0 ||
               std::isspace(static_cast<unsigned char>(c)) != 0;
    };
    return text.size() >= 12 && std::ranges::all_of(text, is_hex);
}

} // namespace

std::optional<Error> recognise_damage(ByteView octets) {
    const std::string_view text = as_text(octets);
    if (text.starts_with("-----BEGIN"))
        return not_a_frame("this is a PEM file, not a frame",
                           "make a frame of it with 'bgs2ctl frame encode --cert FILE'");
    if (text.starts_with("\x30\x82") || text.starts_with("\x30\x81"))
        return not_a_frame("this is a DER file, not a frame",
                           "make a frame of it with 'bgs2ctl frame encode --cert FILE'");
    if (is_hex_text(text))
        return not_a_frame("this is a hex dump saved as text, not a frame",
                           "turn it into octets first, for example with 'xxd -r -p'");

    if (const std::size_t count = count_of(text, "\xef\xbf\xbd"); count > 0)
        return not_a_frame(
            fmt::format(
                "the frame went through a UTF-8 conversion: {} octets beyond 7f became ef bf bd, first at "
                "offset {}",
                count, text.find("\xef\xbf\xbd")),
            "its content is lost; capture or encode it again, and copy it as binary");

    const std::size_t announced = announced_length(octets);
    if (announced >= 6 && octets.size() > announced) {
        const std::string_view excess = text.substr(announced);
        if (excess.find_first_not_of("\r\n") == std::string_view::npos)
            return not_a_frame(
                fmt::format("{} octets of CR/LF were added behind the frame, at offset {}", excess.size(),
                            announced),
                fmt::format("cut the file to {} octets; a module takes them for too many data", announced));
        const std::size_t line_feeds = count_of(text, "\n");
        if (line_feeds > 0 && line_feeds == count_of(text, "\r\n") && octets.size() == announced + line_feeds)
            return not_a_frame(
                fmt::format("every LF of the frame became CR LF ({} of them): it was copied as text",
                            line_feeds),
                "copy it as binary");
    }

    if (const auto beyond = utf8_beyond_ascii(octets); beyond.value_or(0) > 0)
        return not_a_frame(
            fmt::format("the frame went through a UTF-8 conversion: {} octets beyond 7f became two each",
                        *beyond),
            "turn it back with 'iconv -f UTF-8 -t ISO-8859-1', or copy it as binary");
    return std::nullopt;
}

} // namespace bgs2::sbnw
