// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/data_stream.h"

#include <cctype>
#include <utility>

namespace bgs2::sim {
namespace {

constexpr unsigned escape_length = 3;
constexpr std::size_t longest_line = 2048;

bool continues_a_command(std::size_t length, unsigned char byte) {
    if (length < 2)
        return std::toupper(byte) == "AT"[length];
    return byte >= ' ' && byte < '~' && length < longest_line;
}

} // namespace

std::optional<std::string> DataStream::add(std::uint8_t byte, time_point when) {
    const bool begins = plus_signs_ == 0 && when - last_ >= guard_time;
    const bool goes_on = plus_signs_ > 0 && plus_signs_ < escape_length && when - last_ < guard_time;
    plus_signs_ = byte == '+' && (begins || goes_on) ? plus_signs_ + 1 : 0;
    last_ = when;
    ++bytes_;
    if (byte == '\r' && line_.size() >= 2) {
        ++commands_;
        return std::exchange(line_, {});
    }
    if (!continues_a_command(line_.size(), byte))
        line_.clear();
    if (continues_a_command(line_.size(), byte))
        line_ += static_cast<char>(byte);
    return std::nullopt;
}

std::optional<DataStream::time_point> DataStream::escape_due() const {
    return plus_signs_ == escape_length ? std::optional(last_ + guard_time) : std::nullopt;
}

} // namespace bgs2::sim
