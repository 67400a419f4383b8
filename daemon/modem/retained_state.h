// SPDX-License-Identifier: Apache-2.0
// What is remembered of a modem while it is unplugged.
#pragma once

#include "daemon/modem/plan.h"
#include "daemon/modem/rewrite_limiter.h"

#include <chrono>

namespace bgs2 {

struct RetainedState {
    std::chrono::sys_seconds
        last_provisioned; ///< when it was last written to and found compliant; the epoch: not yet
    RewriteLimiter rewrites;
    Thumbprints keyless; ///< slots that hold a certificate whose private key the module removed
};

} // namespace bgs2
