// SPDX-License-Identifier: Apache-2.0
// The part of 'bgs2ctl frame decode' that shows a trace of bgs2d --trace.
#pragma once

#include "cli/terminal/terminal.h"
#include "daemon/base/error.h"
#include "daemon/sbnw/frame.h"
#include "daemon/sbnw/signature.h"

#include <functional>
#include <string_view>

namespace bgs2::cli {

struct TraceOptions {
    using Verify = std::function<Expected<sbnw::Digest>(const sbnw::Frame&)>;

    bool full = false; ///< shows long fields completely
    Verify verify;     ///< checks the signature of each command; null: not checked
};

/// Shows every secure command in the trace. Returns 1 if one was not sent completely, is not a valid frame,
/// or has a signature that is invalid or cannot be checked. Throws CommandError if the trace cannot be read.
ExitCode show_trace(std::string_view text, const TraceOptions& options, const Terminal& terminal);

} // namespace bgs2::cli
