// SPDX-License-Identifier: Apache-2.0
#include "daemon/pki/format.h"

#include <algorithm>

namespace bgs2::pki {
namespace {

template<class Format>
struct Row {
    Format format;
    std::string_view word;
};

constexpr std::array certificate_rows{
    Row{CertificateFormat::der, "der"},
    Row{CertificateFormat::pem_chain, "pem-chain"},
    Row{CertificateFormat::as_is, "as-is"},
};
static_assert(certificate_rows.size() == certificate_formats.size());

constexpr std::array key_rows{
    Row{KeyFormat::pkcs8, "pkcs8"},
    Row{KeyFormat::traditional, "traditional"},
};
static_assert(key_rows.size() == key_formats.size());

} // namespace

std::string_view word(CertificateFormat format) {
    return std::ranges::find(certificate_rows, format, &Row<CertificateFormat>::format)->word;
}

std::string_view word(KeyFormat format) {
    return std::ranges::find(key_rows, format, &Row<KeyFormat>::format)->word;
}

std::optional<CertificateFormat> certificate_format(std::string_view word) {
    const auto* found = std::ranges::find(certificate_rows, word, &Row<CertificateFormat>::word);
    if (found == certificate_rows.end())
        return std::nullopt;
    return found->format;
}

std::optional<KeyFormat> key_format(std::string_view word) {
    const auto* found = std::ranges::find(key_rows, word, &Row<KeyFormat>::word);
    if (found == key_rows.end())
        return std::nullopt;
    return found->format;
}

} // namespace bgs2::pki
