// SPDX-License-Identifier: Apache-2.0
// Whether a port may be probed for a modem: writing to a stranger's serial port is rude, so someone has to
// name it.
#pragma once

#include "daemon/base/port_info.h"
#include "daemon/policy/glob.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace bgs2 {

/// One `[[port]]`: at least one condition; all that are given must hold.
struct PortRule {
    std::optional<std::filesystem::path> device; ///< the node or a link to it; need not exist yet
    std::optional<policy::Patterns> id_path;     ///< against udev's ID_PATH
    std::map<std::string, policy::Patterns, std::less<>>
        properties; ///< against udev's properties, by their name

    bool operator==(const PortRule&) const = default;
};

/// Whether a port is named to bgs2d, and by what.
enum class Naming : std::uint8_t {
    not_named,
    excluded, ///< a udev rule keeps bgs2d away from it
    udev_rule,
    configured, ///< by a [[port]]
};

struct PortMatch {
    Naming naming = Naming::not_named;
    std::string why; ///< `udev rule (BGS2D_PORT=1)`, `[[port]] #2 (id-path = "platform-*")`, or why not

    [[nodiscard]] bool matched() const { return naming == Naming::udev_rule || naming == Naming::configured; }

    bool operator==(const PortMatch&) const = default;
};

/// A port is nominated by the udev property BGS2D_PORT=1 or else, unless that is 0, by the first [[port]] of
/// the configuration whose conditions all hold. A property that the port does not have meets only a list that
/// negates throughout. BGS2D_PORT=configured, which tells that a [[port]] held when udev last looked, counts
/// for nothing: the configuration may be another by now.
PortMatch match_port(std::span<const PortRule> rules, const PortInfo& port);

} // namespace bgs2
