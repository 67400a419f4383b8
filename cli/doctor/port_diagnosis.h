// SPDX-License-Identifier: Apache-2.0
// What is wrong with the serial ports. Pure.
#pragma once

#include "cli/doctor/diagnostic.h"
#include "cli/doctor/system_snapshot.h"

#include <vector>

namespace bgs2::cli {

/// What the ports' states say, who holds a port, which ports nobody named, and, where bgs2d did not say
/// anything, whether it could open them.
std::vector<Diagnostic> diagnose_ports(const SystemSnapshot& snapshot);

} // namespace bgs2::cli
