// SPDX-License-Identifier: Apache-2.0
// The failure of a job.
#pragma once

#include "daemon/base/error.h"
#include "daemon/sbnw/result.h"

#include <exception>
#include <optional>

namespace bgs2 {

struct JobFailure {
    Error error;
    std::optional<sbnw::Result> refusal; ///< the module's result, if the module refused the command

    bool operator==(const JobFailure&) const = default;
};

/// Converts a caught Exception; rethrows everything else.
JobFailure to_failure(const std::exception_ptr& caught);

} // namespace bgs2
