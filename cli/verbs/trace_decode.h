// SPDX-License-Identifier: Apache-2.0
// bgs2ctl frame decode, of a record of bgs2d --trace.
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

    bool full = false; ///< long data whole
    Verify verify;     ///< how the signature of each is; null: nobody asks
};

/// Shows every secure command in it. 1 if one was not sent whole, is no frame, or has a signature that is not
/// good or can not be checked. Throws Failure if it can not be read.
ExitCode show_trace(std::string_view text, const TraceOptions& options, const Terminal& terminal);

} // namespace bgs2::cli
