// SPDX-License-Identifier: Apache-2.0
// How a conversation with a module ended badly.
#pragma once

#include "daemon/base/error.h"
#include "daemon/sbnw/result.h"

#include <exception>
#include <optional>

namespace bgs2 {

struct JobFailure {
    Error error;
    std::optional<sbnw::Result> refusal; ///< the module's result line, if it was that

    bool operator==(const JobFailure&) const = default;
};

/// What was caught: an Exception. Anything else goes on its way.
JobFailure to_failure(const std::exception_ptr& caught);

} // namespace bgs2
