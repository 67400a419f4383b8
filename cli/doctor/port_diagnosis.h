// SPDX-License-Identifier: Apache-2.0
// Finds the problems with serial ports. Pure.
#pragma once

#include "cli/doctor/diagnostic.h"
#include "cli/doctor/system_snapshot.h"

#include <vector>

namespace bgs2::cli {

/// Checks the states of the ports, the programs that use them, ports that are not configured and, if bgs2d
/// does not answer, whether bgs2d could open them.
std::vector<Diagnostic> diagnose_ports(const SystemSnapshot& snapshot);

} // namespace bgs2::cli
