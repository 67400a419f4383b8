// What is remembered of a modem while it is unplugged.
#pragma once

#include "daemon/plan.h"
#include "daemon/repairs.h"

#include <chrono>

namespace bgs2 {

struct Memory {
    std::chrono::sys_seconds
        last_provisioned; ///< when it was last written to and found compliant; the epoch: not yet
    Repairs repairs;
    Thumbprints keyless; ///< slots that hold a certificate whose private key the module removed
};

} // namespace bgs2
