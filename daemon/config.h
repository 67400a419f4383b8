// The daemon's own configuration, /etc/bgs2d/bgs2d.toml: which ports may be probed beyond those that udev
// marks, and how much history is kept.
#pragma once

#include "daemon/error.h"
#include "daemon/history/store.h"
#include "daemon/policy/glob.h"
#include "daemon/policy/problem.h"

#include <expected>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bgs2 {

inline constexpr std::string_view default_config_file = "/etc/bgs2d/bgs2d.toml";

/// One `[[port]]`: at least one condition; all that are given must hold.
struct PortRule {
    std::optional<std::filesystem::path> device; ///< the node or a link to it; need not exist yet
    std::optional<policy::Patterns> id_path;     ///< against udev's ID_PATH
    std::map<std::string, policy::Patterns, std::less<>>
        properties; ///< against udev's properties, by their name

    bool operator==(const PortRule&) const = default;
};

struct Config {
    std::vector<PortRule> ports{}; ///< in the order of the file
    history::Bounds history{};     ///< `history-keep`, `history-size` (1 to 1024 MiB)

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
