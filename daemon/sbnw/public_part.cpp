// SPDX-License-Identifier: Apache-2.0
#include "daemon/sbnw/public_part.h"

#include "daemon/pki/certificate.h"
#include "daemon/sbnw/frame.h"

namespace bgs2::sbnw {
namespace {

/// A certificate file can contain a private key.
bool is_certificate(ByteView data) {
    const std::string_view text = as_text(data);
    if (text.starts_with("-----BEGIN CERTIFICATE-----"))
        return !text.contains("PRIVATE KEY");
    return pki::Certificate::from_der(data).has_value();
}

} // namespace

std::vector<at::Extent> public_part(ByteView frame) {
    const auto decoded = decode(frame);
    if (!decoded)
        return {};
    std::vector<at::Extent> extents;
    std::size_t begin = 0;
    for (const Parameter& parameter : decoded->parameters) {
        if (parameter.id != ParameterId::private_key &&
            (parameter.id != ParameterId::certificate || is_certificate(parameter.data)))
            continue;
        const std::size_t data = parameter.offset + parameter_header_size;
        extents.push_back({.offset = begin, .size = data - begin});
        begin = data + parameter.data.size();
    }
    extents.push_back({.offset = begin, .size = frame.size() - begin});
    return extents;
}

} // namespace bgs2::sbnw
