// SPDX-License-Identifier: Apache-2.0
#include "cli/frame/compare.h"

#include "cli/frame/annotate.h"
#include "cli/frame/data_format.h"
#include "cli/frame/frame_fault.h"
#include "daemon/base/bytes.h"
#include "daemon/base/counted.h"
#include "daemon/pki/key_file.h"
#include "daemon/sbnw/frame.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <optional>
#include <utility>

namespace bgs2::cli {
namespace {

using sbnw::announced_length;
using sbnw::Frame;
using sbnw::Parameter;
using sbnw::ParameterId;

constexpr std::string_view absent = "-";

/// One of the two frames, decoded as far as possible.
struct Side {
    std::string_view name;
    ByteView bytes;
    std::optional<FrameFault> fault; ///< holds what `frame` is a view of, if it had to be put right
    std::optional<Frame> frame;
};

Side side_of(const Named& named, std::vector<std::string>& likely) {
    Side side{.name = named.name, .bytes = named.bytes, .fault = {}, .frame = {}};
    const auto decoded = sbnw::decode(named.bytes);
    if (decoded) {
        side.frame = *decoded;
        return side;
    }
    side.fault = detect_fault(named.bytes);
    if (side.fault) {
        for (const std::string& words : side.fault->words)
            likely.push_back(fmt::format("{}: {}", named.name, words));
        if (const auto put_right = sbnw::decode(side.fault->frame.bytes()))
            side.frame = *put_right;
        return side;
    }
    likely.push_back(fmt::format("{}: {}", named.name, to_string(decoded.error())));
    // Compare the frame even if bytes follow its announced end.
    const std::size_t announced = announced_length(named.bytes);
    if (announced >= frame_header_size && announced < named.bytes.size()) {
        if (const auto beginning = sbnw::decode(named.bytes.first(announced)))
            side.frame = *beginning;
    }
    return side;
}

std::size_t first_difference(ByteView a, ByteView b) {
    return static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
}

std::string lower(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), [](unsigned char c) { return std::tolower(c); });
    return result;
}

std::string summary(const Parameter* parameter) {
    if (parameter == nullptr)
        return std::string(absent);
    switch (parameter->id) {
    case ParameterId::slot:
        return std::to_string(slot_of(*parameter));
    case ParameterId::certificate: {
        const auto certificates = certificates_of(parameter->data);
        return fmt::format("{}, {}, {}", counted(parameter->data.size(), "byte"),
                           word(format_of(parameter->data)),
                           certificates ? printable(certificates->front().subject()) : "unreadable");
    }
    case ParameterId::private_key: {
        const KeyFacts facts = key_facts(parameter->data);
        return fmt::format("{}, {}, {}", counted(parameter->data.size(), "byte"), facts.form,
                           facts.kind.empty() ? "unreadable"
                                              : fmt::format("{} key of {} bits", facts.kind, facts.bits));
    }
    case ParameterId::signature:
        return fmt::format("{} characters, {}...", parameter->text().size(),
                           printable(parameter->text().substr(0, 8)));
    default:
        return printable(parameter->text());
    }
}

bool same_certificate(const Parameter& a, const Parameter& b) {
    const auto first = certificates_of(a.data);
    const auto second = certificates_of(b.data);
    return first && second && first->front() == second->front();
}

bool same_key(const Parameter& a, const Parameter& b) {
    const auto first = pki::load_private_key(a.data, "a");
    const auto second = pki::load_private_key(b.data, "b");
    return first && second && first->public_key() == second->public_key();
}

/// The likely mistakes behind a parameter that differs.
void explain(const Side& a, const Parameter& first, const Side& b, const Parameter& second,
             std::vector<std::string>& likely) {
    const DataFormat first_form = format_of(first.data);
    const DataFormat second_form = format_of(second.data);
    if (first.id == ParameterId::certificate && first_form != second_form &&
        same_certificate(first, second)) {
        const Side& pem = first_form == DataFormat::pem ? a : b;
        likely.push_back(
            fmt::format("{}: the certificate is PEM instead of DER; otherwise it is the same", pem.name));
    }
    if (first.id == ParameterId::private_key && first_form != second_form && same_key(first, second)) {
        const bool first_is_pkcs8 = first_form == DataFormat::pkcs8;
        likely.push_back(fmt::format("{}: the private key is {} instead of PKCS#8; otherwise it is the same",
                                     first_is_pkcs8 ? b.name : a.name,
                                     word(first_is_pkcs8 ? second_form : first_form)));
    }
    if (first.id == ParameterId::thumbprint && lower(first.text()) == lower(second.text())) {
        const bool first_is_right = lower(first.text()) == first.text();
        likely.push_back(fmt::format("{}: the hex digits of the thumbprint must be lower-case",
                                     first_is_right ? b.name : a.name));
    }
}

std::string order_of(const Frame& frame) {
    std::string order;
    for (const Parameter& parameter : frame.parameters)
        order += fmt::format("{}{}", order.empty() ? "" : " ", std::to_underlying(parameter.id));
    return order;
}

void compare_parameters(const Side& a, const Frame& first_frame, const Side& b, const Frame& second_frame,
                        Comparison& comparison) {
    for (const ParameterId id : sbnw::wire_order) {
        const Parameter* first = first_frame.find(id);
        const Parameter* second = second_frame.find(id);
        if (first == second ||
            (first != nullptr && second != nullptr && std::ranges::equal(first->data, second->data)))
            continue;
        Difference difference{std::string(word(id)), summary(first), summary(second)};
        if (first != nullptr && second != nullptr) {
            const std::size_t at = first_difference(first->data, second->data);
            if (difference.first == difference.second)
                difference.field += fmt::format(", from byte {} on", at);
            explain(a, *first, b, *second, comparison.likely);
        }
        comparison.differences.push_back(std::move(difference));
    }
}

void compare_frames(const Side& a, const Side& b, Comparison& comparison) {
    const auto differ = [&](std::string field, std::string first, std::string second) {
        if (first != second)
            comparison.differences.push_back({std::move(field), std::move(first), std::move(second)});
    };
    differ("bytes", std::to_string(a.bytes.size()), std::to_string(b.bytes.size()));
    differ("total length", std::to_string(announced_length(a.bytes)),
           std::to_string(announced_length(b.bytes)));
    if (!a.frame || !b.frame) {
        const std::size_t at = first_difference(a.bytes, b.bytes);
        differ("valid frame", a.frame ? "yes" : "no", b.frame ? "yes" : "no");
        const auto byte = [at](ByteView bytes) {
            return at < bytes.size() ? to_hex(bytes.subspan(at, 1)) : "the end";
        };
        // One byte only, since it may belong to a private key; ef, 0d or the end show the cause.
        differ(fmt::format("offset {:04x}", at), byte(a.bytes), byte(b.bytes));
        return;
    }
    const Frame& first = *a.frame;
    const Frame& second = *b.frame;
    differ("command", std::string(word(first.command)), std::string(word(second.command)));
    compare_parameters(a, first, b, second, comparison);
    if (first.parameters.size() == second.parameters.size())
        differ("order of parameters", order_of(first), order_of(second));
}

} // namespace

Comparison compare(const Named& first, const Named& second) {
    Comparison comparison{
        .same = std::ranges::equal(first.bytes, second.bytes), .differences = {}, .likely = {}};
    if (comparison.same)
        return comparison;
    const Side a = side_of(first, comparison.likely);
    const Side b = side_of(second, comparison.likely);
    compare_frames(a, b, comparison);
    return comparison;
}

nlohmann::ordered_json to_json(const Comparison& comparison) {
    nlohmann::ordered_json differences = nlohmann::ordered_json::array();
    for (const Difference& difference : comparison.differences)
        differences.push_back(
            {{"field", difference.field}, {"first", difference.first}, {"second", difference.second}});
    return {
        {"same", comparison.same}, {"differences", std::move(differences)}, {"likely", comparison.likely}};
}

} // namespace bgs2::cli
