// SPDX-License-Identifier: Apache-2.0
// The state of a modem that is kept while the modem is unplugged.
#pragma once

#include "daemon/modem/modem_record.h"
#include "daemon/modem/retries.h"
#include "daemon/modem/rewrite_limiter.h"

namespace bgs2 {

struct RetainedState {
    ModemRecord record; ///< also on disk
    RewriteLimiter rewrites;
    Retries
        retries; ///< of provisioning: a modem that restarts in each write must not be written again at once
};

} // namespace bgs2
