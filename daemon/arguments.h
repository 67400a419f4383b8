// SPDX-License-Identifier: Apache-2.0
// The daemon's command line.
#pragma once

#include "daemon/base/log.h"

#include <expected>
#include <filesystem>
#include <vector>

namespace bgs2 {

struct Arguments {
    std::filesystem::path config;
    bool config_is_named = false; ///< given on the command line, so that it must exist
    std::vector<std::filesystem::path> policy_directories; ///< highest precedence first
    std::filesystem::path state_directory;
    std::filesystem::path
        trace_directory;                  ///< for traces of conversations, see trace_directory.h; empty: none
    std::filesystem::path lock_directory; ///< of UUCP locks, see uucp_lock.h
    std::filesystem::path run_directory;  ///< of the borrowed units, see borrowed_units.h
    LogLevel log_level = LogLevel::info;
    bool nominates = false; ///< answer udev (--nominates) instead of running
    bool give_back = false; ///< start the borrowed units (--give-back) instead of running
};

/// Parses the command line; on --help, --version or an error, prints the message and returns the exit code
/// instead.
std::expected<Arguments, int> parse_arguments(int argc, char** argv);

} // namespace bgs2
