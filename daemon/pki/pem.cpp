// SPDX-License-Identifier: Apache-2.0
#include "daemon/pki/pem.h"

#include "daemon/pki/base64.h"
#include "daemon/pki/file_format.h"
#include "daemon/pki/openssl.h"

#include <fmt/format.h>
#include <openssl/pem.h>

#include <algorithm>
#include <expected>
#include <utility>

namespace bgs2::pki {

namespace {

constexpr std::string_view begin_mark = "-----BEGIN ";
constexpr std::string_view end_mark = "-----END ";
constexpr std::string_view dashes = "-----";

/// The text with line ends in the place of the two characters "\\n": PEM that was a string of JSON or of an
/// environment variable. Nothing if there are none.
std::optional<Secret> without_escapes(std::string_view text) {
    const auto begin = text.find(begin_mark);
    const auto escape = begin == std::string_view::npos ? begin : text.find("-----\\", begin);
    if (escape == std::string_view::npos)
        return std::nullopt;
    Secret plain = Secret::copy_of(as_bytes(text));
    std::size_t size = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool line_end =
            text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == 'n' || text[i + 1] == 'r');
        i += line_end ? 1 : 0;
        plain.bytes()[size++] = static_cast<std::byte>(line_end ? '\n' : text[i]);
    }
    plain.truncate(size);
    return plain;
}

/// Reads the blocks of a text, one after the other.
class PemReader {
  public:
    explicit PemReader(std::string_view text)
      : text_(text) {
        // Some editors write a byte order mark before the first line.
        if (text_.starts_with("\xef\xbb\xbf"))
            position_ = line_ = 3;
    }

    /// The next block; nothing behind the last one; otherwise a description of the damage.
    std::expected<std::optional<PemBlock>, std::string> next() {
        const std::size_t begin = next_begin();
        if (begin == std::string_view::npos)
            return std::nullopt;
        const std::size_t label_start = begin + begin_mark.size();
        const std::size_t label_end = text_.find(dashes, label_start);
        const std::string_view label = text_.substr(label_start, label_end - label_start);
        const std::size_t start = label_end + dashes.size();
        const std::size_t end = text_.find(end_mark, start);
        const std::size_t end_label = end + end_mark.size();
        const bool complete =
            end != std::string_view::npos && text_.find(dashes, end_label) != std::string_view::npos;
        if (!complete || text_.substr(start, end - start).contains(begin_mark))
            return std::unexpected(
                fmt::format("it begins at offset {} and has no END line{}", begin,
                            complete ? "" : fmt::format("; the file ends at offset {}", text_.size())));
        if (!text_.substr(end_label).starts_with(label) ||
            !text_.substr(end_label + label.size()).starts_with(dashes))
            return std::unexpected(
                fmt::format("its END line, at offset {}, does not repeat \"{}\"", end, printable(label)));
        position_ = line_ = end_label + label.size() + dashes.size();
        return block(std::string(label), start, end);
    }

  private:
    /// The next BEGIN at the start of a line. Blanks (YAML), quotes and the END of another block may precede
    /// it.
    std::size_t next_begin() {
        for (;; ++position_) {
            position_ = text_.find(begin_mark, position_);
            if (position_ == std::string_view::npos)
                return position_;
            const auto line_end = text_.find_last_of("\r\n", position_);
            if (line_end != std::string_view::npos && line_end >= line_)
                line_ = line_end + 1;
            const std::string_view label = text_.substr(position_ + begin_mark.size());
            const std::size_t rest = label.find_first_of("\r\n");
            if (text_.substr(line_, position_ - line_).find_first_not_of(" \t\"'") ==
                    std::string_view::npos &&
                label.substr(0, rest).contains(dashes))
                return position_;
        }
    }

    /// The block whose headers and Base64 are from `start` to `end`.
    [[nodiscard]] std::expected<std::optional<PemBlock>, std::string>
    block(std::string label, std::size_t start, std::size_t end) const {
        std::string header;
        // Headers have a colon, Base64 has none.
        for (std::size_t line = start; line < end;) {
            const std::size_t line_end = std::min(text_.find_first_of("\r\n", line), end);
            std::string_view content = text_.substr(line, line_end - line);
            content.remove_prefix(std::min(content.find_first_not_of(" \t"), content.size()));
            if (content.contains(':'))
                header.append(content).append("\n");
            else if (!content.empty())
                break;
            line = line_end + 1;
            start = std::min(line, end);
        }
        auto decoded = decode_base64(text_.substr(start, end - start));
        if (!decoded && decoded.error() < end - start)
            return std::unexpected(fmt::format("it is not Base64 at offset {}", start + decoded.error()));
        if (!decoded)
            return std::unexpected(fmt::format("a part before its END line, at offset {}, is missing", end));
        if (decoded->empty())
            return std::unexpected(fmt::format("nothing precedes its END line, at offset {}", end));
        return PemBlock{std::move(label), std::move(header), std::move(*decoded)};
    }

    std::string_view text_;
    std::size_t position_ = 0;
    std::size_t line_ = 0; ///< the start of the line, or the end of the last block in it
};

} // namespace

bool PemBlock::has_private_key() const {
    const FileFormat file_format = format_of_label(label);
    return file_format == FileFormat::private_key || file_format == FileFormat::encrypted_key ||
           file_format == FileFormat::openssh_key;
}

Expected<std::vector<PemBlock>> read_pem(ByteView text, std::string_view name, ErrorCode code) {
    const auto plain = without_escapes(as_text(text));
    PemReader reader(as_text(plain ? std::as_const(*plain).bytes() : text));
    std::vector<PemBlock> blocks;
    constexpr std::string_view hint = "copy the original file again, including its BEGIN and END lines";
    for (;;) {
        auto block = reader.next();
        if (!block)
            return fail(
                code,
                fmt::format("PEM block {} of {} is damaged: {}", blocks.size() + 1, name, block.error()),
                std::string(hint));
        if (!*block)
            break;
        blocks.push_back(std::move(**block));
    }
    if (blocks.empty())
        return fail(code, fmt::format("{} has no PEM block that starts at the beginning of a line", name),
                    std::string(hint));
    return blocks;
}

std::optional<std::size_t> stray_byte(ByteView text) {
    const auto stray = std::ranges::find_if(text, [](std::byte byte) {
        return byte < std::byte{' '} && byte != std::byte{'\t'} && byte != std::byte{'\r'} &&
               byte != std::byte{'\n'};
    });
    if (stray == text.end())
        return std::nullopt;
    return static_cast<std::size_t>(stray - text.begin());
}

Bytes write_pem(const std::vector<Certificate>& certificates) {
    const BioPtr text = allocated(BioPtr(BIO_new(BIO_s_mem())));
    for (const Certificate& certificate : certificates) {
        if (PEM_write_bio(text.get(), "CERTIFICATE", "", bytes_of(certificate.der()),
                          static_cast<long>(certificate.der().size())) <= 0)
            throw Exception(Error{
                ErrorCode::failed, "cannot write a certificate as PEM: " + take_openssl_error().reason, {}});
    }
    char* start = nullptr;
    const long length = BIO_get_mem_data(text.get(), &start);
    const ByteView written = as_bytes({start, static_cast<std::size_t>(length)});
    return {written.begin(), written.end()};
}

} // namespace bgs2::pki
