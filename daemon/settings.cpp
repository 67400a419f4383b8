// SPDX-License-Identifier: Apache-2.0
#include "daemon/settings.h"

#include <utility>

namespace bgs2 {

Settings read_settings(const Arguments& arguments) {
    auto config = read_config(arguments.config, arguments.config_is_named);
    // Found before they are read: a file that appears meanwhile is reported by the watch.
    const policy::Files found = policy::find_files(arguments.policy_directories);
    std::set<std::filesystem::path> watched(arguments.policy_directories.begin(),
                                            arguments.policy_directories.end());
    watched.insert(found.read.begin(), found.read.end());
    return {.config = std::move(config),
            .policies = policy::load(arguments.policy_directories),
            .watched = std::move(watched)};
}

} // namespace bgs2
