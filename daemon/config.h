// SPDX-License-Identifier: Apache-2.0
// The daemon's own configuration, /etc/bgs2d/bgs2d.toml: which ports may be probed beyond those that udev
// marks, and how much history is kept.
#pragma once

#include "daemon/base/error.h"
#include "daemon/history/store.h"
#include "daemon/policy/problem.h"
#include "daemon/port/match_port.h"

#include <expected>
#include <filesystem>
#include <string_view>
#include <vector>

namespace bgs2 {

inline constexpr std::string_view default_config_file = "/etc/bgs2d/bgs2d.toml";

struct Config {
    std::vector<PortRule> ports{}; ///< in the order of the file
    history::Limits history{};     ///< `history-keep`, `history-size` (1 to 1024 MiB)

    bool operator==(const Config&) const = default;
};

/// Reads the TOML in `text`; all its problems are told, as by policy::parse(). Pure; throws nothing but
/// std::bad_alloc.
std::expected<Config, policy::Problems> parse_config(std::string_view text, std::string_view file_name);

/// Reads the file. One that does not exist is an empty configuration, unless it `must_exist` (it was named on
/// the command line). Errors: NotFound, AccessDenied, Failed (it can not be read), InvalidArgument (its
/// problems, one a line).
Expected<Config> read_config(const std::filesystem::path& file, bool must_exist);

} // namespace bgs2
