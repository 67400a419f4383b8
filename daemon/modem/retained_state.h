// SPDX-License-Identifier: Apache-2.0
// The state of a modem that is kept while the modem is unplugged.
#pragma once

#include "daemon/modem/desired.h"
#include "daemon/modem/rewrite_limiter.h"

#include <chrono>

namespace bgs2 {

struct RetainedState {
    std::chrono::sys_seconds
        last_provisioned; ///< the time of the last successful provisioning; the epoch: never
    RewriteLimiter rewrites;
    Thumbprints keyless; ///< slots with a certificate whose private key the module removed
};

} // namespace bgs2
