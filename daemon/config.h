// SPDX-License-Identifier: Apache-2.0
// The daemon's configuration, /etc/bgs2d/bgs2d.toml: ports to probe in
// addition to those that udev marks, and the limits of the history.
#pragma once

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

/// Parses the TOML in `text`; reports all problems, like policy::parse(). Pure; throws nothing but
/// std::bad_alloc.
std::expected<Config, policy::Problems> parse_config(std::string_view text, std::string_view file_name);

/// Reads and parses the file. A missing file is an empty configuration, unless it `must_exist` (it was given
/// on the command line). A file that cannot be read is one problem.
std::expected<Config, policy::Problems> read_config(const std::filesystem::path& file, bool must_exist);

} // namespace bgs2
