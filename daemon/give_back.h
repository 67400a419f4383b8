// SPDX-License-Identifier: Apache-2.0
// `bgs2d --give-back`: starts the units that a bgs2d stopped for a write and did not start again.
#pragma once

#include "daemon/base/error.h"
#include "daemon/base/log.h"

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace bgs2 {

/// Starts units, and returns the results in their order.
using StartUnits = std::function<std::vector<Expected<void>>(const std::vector<std::string>& units)>;

/// Starts the units that are remembered in `directory`, see borrowed_units.h, and forgets those that have
/// started or no longer exist. Returns the exit code: whether none is left. Blocks.
int give_back(const std::filesystem::path& directory, const StartUnits& start, const Log& log);

} // namespace bgs2
