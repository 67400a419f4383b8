// SPDX-License-Identifier: Apache-2.0
// Bytes from a serial line, cut into lines. Pure.
#pragma once

#include "daemon/base/bytes.h"

#include <cstddef>
#include <deque>
#include <optional>
#include <string>

namespace bgs2::at {

/// Splits input in pieces of any size into lines. CR, LF and any run of them end a line; empty lines are
/// skipped. NUL bytes, which a UART receives on a break or a wrong baud rate, are dropped.
class LineReader {
  public:
    /// Longer lines are truncated: no answer of a module is that long, and noise must not fill the memory.
    static constexpr std::size_t max_line_length = 4096;

    void feed(ByteView bytes);

    /// The next whole line, without its end; nothing if none is complete.
    std::optional<std::string> next();

    /// Discards all input, complete lines or not.
    void clear();

  private:
    std::string partial_;
    std::deque<std::string> lines_;
};

} // namespace bgs2::at
