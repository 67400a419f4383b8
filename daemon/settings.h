// SPDX-License-Identifier: Apache-2.0
// bgs2d.toml and the policies, as read at one time.
#pragma once

#include "daemon/arguments.h"
#include "daemon/config.h"
#include "daemon/policy/directories.h"

#include <expected>
#include <filesystem>
#include <set>

namespace bgs2 {

struct Settings {
    std::expected<Config, policy::Problems> config;
    policy::LoadResult policies;
    std::set<std::filesystem::path> watched; ///< the directories of the policies, and their files
};

/// Blocks for as long as the file systems do; notes each file as a step (daemon/base/background.h).
Settings read_settings(const Arguments& arguments);

} // namespace bgs2
