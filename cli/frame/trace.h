// SPDX-License-Identifier: Apache-2.0
// Reads the secure commands in a trace of bgs2d --trace (format: daemon/at/transcript.h). Pure, except for
// is_trace_file().
#pragma once

#include "daemon/at/tap.h"
#include "daemon/base/bytes.h"
#include "daemon/base/error.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace bgs2::cli {

/// Larger than any trace that bgs2d writes.
inline constexpr std::size_t largest_trace = std::size_t{2} << 20U;

struct TracedCommand {
    double seconds = 0;             ///< time of its first bytes, since the start of the trace
    std::string store;              ///< "is_cert"; empty if the trace does not have it
    std::size_t total = 0;          ///< bytes of the frame
    Bytes bytes;                    ///< those that were sent; hidden ones are 0
    std::vector<at::Extent> hidden; ///< bytes that the trace does not have, in order
    std::string result;             ///< the modem's result line; empty if there is none

    [[nodiscard]] bool is_whole() const { return bytes.size() == total; }
};

/// Whether a file begins like a trace of any version.
bool is_trace(std::string_view text);
bool is_trace_file(const std::string& path); ///< for a regular file

/// Errors: NotSupported (another version), InvalidArgument (an invalid line, with its number).
Expected<std::vector<TracedCommand>> secure_commands(std::string_view text);

} // namespace bgs2::cli
