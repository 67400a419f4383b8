// Whether a port may be probed for a modem: writing to a stranger's serial port is rude, so someone has to
// name it.
#pragma once

#include "daemon/config.h"

#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bgs2 {

/// What udev says of a tty.
struct PortFacts {
    std::string device;             ///< "/dev/ttyUSB0"
    std::vector<std::string> links; ///< udev's links to it, "/dev/serial/by-id/..."
    std::map<std::string, std::string, std::less<>> properties; ///< ID_PATH among them
    std::string
        physical_device{}; ///< what it is part of, as ModemManager names it; empty if udev does not know

    /// Empty if it has none of that name.
    [[nodiscard]] std::string property(std::string_view name) const;

    bool operator==(const PortFacts&) const = default;
};

struct Nomination {
    bool nominated = false;
    std::string why; ///< `udev rule (BGS2D_PORT=1)`, `[[port]] #2 (id-path = "platform-*")`, or why not

    bool operator==(const Nomination&) const = default;
};

/// A port is nominated by the udev property BGS2D_PORT=1 or else, unless that is 0, by the first [[port]] of
/// the configuration whose conditions all hold. A property that the port does not have meets only a list that
/// negates throughout. BGS2D_PORT=configured, which tells that a [[port]] held when udev last looked, counts
/// for nothing: the configuration may be another by now.
Nomination nominate(const Config& config, const PortFacts& port);

/// The port for which udev runs a program: its properties are the program's environment ("NAME=value").
PortFacts port_in_environment(std::span<const std::string_view> environment);

} // namespace bgs2
