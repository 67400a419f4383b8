// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/targets.h"

#include "daemon/at/identify.h"
#include "daemon/at/line_reader.h"
#include "daemon/policy/parse.h"
#include "daemon/sbnw/corruption.h"
#include "daemon/sbnw/frame.h"
#include "daemon/sbnw/slots.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace bgs2::fuzz {
namespace {

/// Aborts if a property is violated: both libFuzzer and GoogleTest detect it.
void require(bool holds, const char* property) {
    if (holds)
        return;
    std::fprintf(stderr, "violated: %s\n", property);
    std::abort();
}

std::vector<std::string> lines_of(at::LineReader& reader) {
    std::vector<std::string> lines;
    while (auto line = reader.next())
        lines.push_back(std::move(*line));
    return lines;
}

std::vector<std::string> lines_of(ByteView bytes) {
    at::LineReader reader;
    reader.feed(bytes);
    return lines_of(reader);
}

/// Whether the parameters are in the order of encode(). decode() accepts any order.
bool is_in_the_order_of_the_wire(const sbnw::Frame& frame) {
    const auto rank = [&](const sbnw::Parameter& p) {
        return std::ranges::find(sbnw::wire_order, p.id) - sbnw::wire_order.begin();
    };
    return std::ranges::is_sorted(frame.parameters, {}, rank);
}

bool has_empty_parameter(const sbnw::Frame& frame) {
    return std::ranges::any_of(frame.parameters, [](const sbnw::Parameter& p) { return p.data.empty(); });
}

} // namespace

void check_frame(ByteView bytes) {
    const auto frame = sbnw::decode(bytes);
    if (!frame) {
        require(frame.error().code == ErrorCode::invalid_argument && !frame.error().what.empty(),
                "a rejected frame has a reason");
        return;
    }
    std::size_t covered = 6;
    for (const sbnw::Parameter& parameter : frame->parameters) {
        require(parameter.offset == covered, "parameters are adjacent");
        covered += 4 + parameter.data.size();
    }
    require(covered == bytes.size(), "the parameters fill the frame");

    const sbnw::SecureCommand command = sbnw::command_of(*frame);
    const auto again = sbnw::encode(command);
    if (!again)
        return; // such as an invalid IMEI: decode() accepts it, encode() does not
    if (is_in_the_order_of_the_wire(*frame) && !has_empty_parameter(*frame))
        require(std::ranges::equal(again->bytes(), bytes), "decode, then encode is the identity");
    const auto decoded_again = sbnw::decode(again->bytes());
    require(decoded_again.has_value(), "an encoded frame decodes");
    require(sbnw::command_of(*decoded_again) == command, "an encoded frame decodes to the same command");
}

void check_damage(ByteView bytes) {
    if (const auto corruption = sbnw::detect_corruption(bytes))
        require(!corruption->what.empty() && !corruption->hint.empty(), "a corruption has an explanation");
}

void check_line_reader(ByteView bytes) {
    if (bytes.empty())
        return;
    const std::size_t piece = std::to_integer<std::size_t>(bytes.front()) + 1;
    const ByteView text = bytes.subspan(1);
    const auto whole = lines_of(text);
    at::LineReader reader;
    for (std::size_t offset = 0; offset < text.size(); offset += piece)
        reader.feed(text.subspan(offset, std::min(piece, text.size() - offset)));
    require(lines_of(reader) == whole, "lines do not depend on how the bytes arrive");
    for (const std::string& line : whole)
        require(!line.empty() && line.size() <= at::LineReader::max_line_length &&
                    line.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos,
                "a line has a valid length and no line ends or NUL");
}

void check_slots(ByteView bytes) {
    const auto slots = sbnw::parse_slots(lines_of(bytes));
    if (!slots)
        return;
    require(!slots->empty(), "a list has slots");
    for (const auto& [number, slot] : *slots) {
        require(!slot.expires || slot.expires->ok(), "a date is valid");
        require((!slot.corrupted && !slot.unreadable) || slot.size == 0,
                "a corrupted or unreadable slot has no other fields");
    }
}

void check_identification(ByteView bytes) {
    const at::ModuleIdentity identity = at::parse_identification(lines_of(bytes));
    require(identity.imei.empty(), "ATI1 reports no IMEI");
    require(identity.model.empty() || !identity.manufacturer.empty(), "the manufacturer comes first");
}

void check_policy(ByteView bytes) {
    const auto policy = policy::parse(as_text(bytes), "fuzz.toml");
    require(policy.has_value() || !policy.error().empty(), "a rejected policy has an error");
}

} // namespace bgs2::fuzz
