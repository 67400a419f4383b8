// SPDX-License-Identifier: Apache-2.0
// Finds the problems of ports that bgs2d shares with other programs. Pure.
#pragma once

#include "cli/doctor/diagnostic.h"
#include "cli/doctor/system_snapshot.h"

#include <vector>

namespace bgs2::cli {

/// Checks the ports that bgs2d waits for, the units of borrow-from, and the lock files.
std::vector<Diagnostic> diagnose_borrowing(const SystemSnapshot& snapshot);

} // namespace bgs2::cli
