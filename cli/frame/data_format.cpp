// SPDX-License-Identifier: Apache-2.0
#include "cli/frame/data_format.h"

#include <algorithm>

namespace bgs2::cli {
namespace {

// Tags of DER (X.690 §8).
constexpr unsigned integer = 0x02;
constexpr unsigned byte_string = 0x04;
constexpr unsigned object_identifier = 0x06;
constexpr unsigned sequence = 0x30;

struct Element {
    unsigned tag;
    std::size_t header; ///< bytes of tag and length
    std::size_t content;
};

std::optional<Element> element_at(ByteView bytes) {
    if (bytes.size() < 2)
        return std::nullopt;
    const auto byte = [&](std::size_t i) { return std::to_integer<unsigned>(bytes[i]); };
    const unsigned first = byte(1);
    if (first < 0x80)
        return Element{byte(0), 2, first};
    const std::size_t count = first & 0x7fU;
    if (count == 0 || count > 4 || bytes.size() < 2 + count)
        return std::nullopt;
    std::size_t length = 0;
    for (std::size_t i = 0; i < count; ++i)
        length = length << 8U | byte(2 + i);
    return Element{byte(0), 2 + count, length};
}

ByteView inside(ByteView bytes, const Element& element) {
    return bytes.subspan(std::min(element.header, bytes.size()));
}

ByteView behind(ByteView bytes, const Element& element) {
    return bytes.subspan(std::min(element.header + element.content, bytes.size()));
}

} // namespace

std::optional<std::size_t> der_size(ByteView bytes) {
    const auto element = element_at(bytes);
    if (!element || element->tag != sequence)
        return std::nullopt;
    return element->header + element->content;
}

DataFormat format_of(ByteView bytes) {
    if (as_text(bytes).starts_with("-----BEGIN "))
        return DataFormat::pem;
    const auto outer = element_at(bytes);
    if (!outer || outer->tag != sequence)
        return DataFormat::other;
    const ByteView content = inside(bytes, *outer);
    const auto first = element_at(content);
    if (!first)
        return DataFormat::other;
    if (first->tag == sequence) {
        const auto inner = element_at(inside(content, *first));
        return inner && inner->tag == object_identifier ? DataFormat::encrypted_pkcs8
                                                        : DataFormat::certificate;
    }
    if (first->tag != integer)
        return DataFormat::other;
    const auto second = element_at(behind(content, *first));
    if (!second)
        return DataFormat::other;
    switch (second->tag) {
    case sequence:
        return DataFormat::pkcs8;
    case integer:
        return DataFormat::pkcs1;
    case byte_string:
        return DataFormat::sec1;
    default:
        return DataFormat::other;
    }
}

} // namespace bgs2::cli
