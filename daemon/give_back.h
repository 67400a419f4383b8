// SPDX-License-Identifier: Apache-2.0
// `bgs2d --give-back`: starts the units that a bgs2d stopped for a write and did not start again.
#pragma once

#include "daemon/base/error.h"
#include "daemon/base/log.h"

#include <filesystem>
#include <functional>
#include <string>

namespace bgs2 {

/// Starts each unit that is remembered in `directory`, see borrowed_units.h, and forgets those that are
/// started or no longer exist. Returns the exit code: whether none is left. Blocks.
int give_back(const std::filesystem::path& directory,
              const std::function<Expected<void>(const std::string& unit)>& start, const Log& log);

} // namespace bgs2
