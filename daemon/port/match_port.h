// SPDX-License-Identifier: Apache-2.0
// Decides whether bgs2d may probe a port: it never writes to a port that no rule names.
#pragma once

#include "daemon/base/port_info.h"
#include "daemon/base/words.h"
#include "daemon/policy/glob.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>

namespace bgs2 {

/// One `[[port]]`: at least one condition; it matches if all conditions match.
struct PortRule {
    std::optional<std::filesystem::path> device; ///< the node or a link to it; need not exist yet
    std::optional<policy::Patterns> id_path;     ///< against udev's ID_PATH
    std::map<std::string, policy::Patterns, std::less<>> properties; ///< against udev's properties, by name

    bool operator==(const PortRule&) const = default;
};

/// The source that names a port, or excludes it.
enum class Naming : std::uint8_t {
    not_named,
    excluded, ///< by a udev rule (BGS2D_PORT=0)
    udev_rule,
    configured, ///< by a `[[port]]`
};

consteval auto words(Naming) {
    using enum Naming;
    return EnumTable{Word{not_named, "not-named"}, Word{excluded, "excluded"}, Word{udev_rule, "udev-rule"},
                     Word{configured, "configured"}};
}

struct PortMatch {
    Naming naming = Naming::not_named;
    std::string why; ///< `udev rule (BGS2D_PORT=1)`, `[[port]] #2 (id-path = "platform-*")`, or why not

    [[nodiscard]] bool matched() const { return naming == Naming::udev_rule || naming == Naming::configured; }

    bool operator==(const PortMatch&) const = default;
};

/// A port is named by the udev property BGS2D_PORT=1 or else, unless that is 0, by the first `[[port]]`
/// of the configuration whose conditions all match. A missing property matches only a list of negated
/// patterns. BGS2D_PORT=configured says that a `[[port]]` matched when udev processed the port; it is
/// ignored, since the configuration may have changed.
PortMatch match_port(std::span<const PortRule> rules, const PortInfo& port);

} // namespace bgs2
