// SPDX-License-Identifier: Apache-2.0
// The secure commands in a record of bgs2d --trace (its format: daemon/at/transcript.h). Pure, but for
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

/// More than bgs2d writes.
inline constexpr std::size_t largest_trace = std::size_t{2} << 20U;

struct TracedCommand {
    double seconds = 0;             ///< when its first bytes were sent, since the conversation began
    std::string store;              ///< as it was named, "is_cert"; empty if the record does not tell
    std::size_t total = 0;          ///< bytes of the frame
    Bytes bytes;                    ///< those that were sent; 0 where they are hidden
    std::vector<at::Extent> hidden; ///< bytes that the record does not tell, in order
    std::string result;             ///< the modem's result line; empty if none came

    [[nodiscard]] bool is_whole() const { return bytes.size() == total; }
};

/// Whether a file begins as a record does, of whatever version.
bool is_trace(std::string_view text);
bool is_trace_file(const std::string& path); ///< a regular one

/// Errors: NotSupported (another version), InvalidArgument (a line that is none; it is named).
Expected<std::vector<TracedCommand>> secure_commands(std::string_view text);

} // namespace bgs2::cli
