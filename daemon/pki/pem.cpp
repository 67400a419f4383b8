// SPDX-License-Identifier: Apache-2.0
#include "daemon/pki/pem.h"

#include "daemon/pki/file_format.h"
#include "daemon/pki/openssl.h"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <utility>

namespace bgs2::pki {

namespace {

template<class T>
struct SecureFreer {
    std::size_t size = 0;
    void operator()(T* retained) const noexcept { OPENSSL_secure_clear_free(retained, size); }
};
template<class T>
using SecurePtr = std::unique_ptr<T, SecureFreer<T>>;

/// The next block; nothing if OpenSSL finds none: its error queue has the reason.
std::optional<PemBlock> next_block(BIO* source) {
    char* label = nullptr;
    char* header = nullptr;
    unsigned char* content = nullptr;
    long length = 0;
    const int found = PEM_read_bio_ex(source, &label, &header, &content, &length, PEM_FLAG_SECURE);
    const SecurePtr<char> owned_label(label);
    const SecurePtr<char> owned_header(header);
    const SecurePtr<unsigned char> owned_content(content, {static_cast<std::size_t>(length)});
    if (found != 1)
        return std::nullopt;
    return PemBlock{label, header,
                    Secret::copy_of(std::as_bytes(std::span(content, owned_content.get_deleter().size)))};
}

} // namespace

bool PemBlock::has_private_key() const {
    const FileFormat file_format = format_of_label(label);
    return file_format == FileFormat::private_key || file_format == FileFormat::encrypted_key ||
           file_format == FileFormat::openssh_key;
}

Expected<std::vector<PemBlock>> read_pem(ByteView text, std::string_view name, ErrorCode code) {
    // Some editors write a byte order mark before the first line, where OpenSSL then does not find BEGIN.
    if (as_text(text).starts_with("\xef\xbb\xbf"))
        text = text.subspan(3);
    const BioPtr source = reading_bio(text);
    std::vector<PemBlock> blocks;
    while (auto block = next_block(source.get()))
        blocks.push_back(std::move(*block));
    const unsigned long last = ERR_peek_last_error();
    const bool at_end = ERR_GET_LIB(last) == ERR_LIB_PEM && ERR_GET_REASON(last) == PEM_R_NO_START_LINE;
    const OpensslError error = take_openssl_error();
    if (at_end && !blocks.empty())
        return blocks;
    return fail(code,
                at_end
                    ? fmt::format("{} has no PEM block that starts at the beginning of a line", name)
                    : fmt::format("PEM block {} of {} is damaged: {}", blocks.size() + 1, name, error.reason),
                "copy the original file again, including its BEGIN and END lines");
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
