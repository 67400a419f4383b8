// SPDX-License-Identifier: Apache-2.0
#include "cli/client/port_release.h"

#include "cli/client/selector.h"
#include "cli/client/wait_condition.h"
#include "daemon/base/codes.h"
#include "daemon/base/words.h"

#include <fmt/format.h>

#include <algorithm>

namespace bgs2::cli {
namespace {

bool is_released(const Port& port) {
    const bool nobody_to_work_on =
        port.state == "silent" || port.state == "not-a-modem" || port.state == "unavailable";
    const bool identified = port.state == "modem" || port.state == "duplicate";
    const auto use = from_word<PortUse>(port.use);
    return nobody_to_work_on ? use != PortUse::borrowed
                             : identified && use == PortUse::released && port.work.empty();
}

std::string obstacle(const Port& port) {
    const auto use = from_word<PortUse>(port.use);
    if (use == PortUse::borrowed)
        return "bgs2d has it";
    if (use == PortUse::waiting)
        return fmt::format("bgs2d waits for {}: {}", port.holder.empty() ? "another program" : port.holder,
                           port.work);
    if (port.state == "absent")
        return "it is not present";
    return port.work.empty() ? port.reason : fmt::format("bgs2d needs it: {}", port.work);
}

} // namespace

Expected<std::optional<Port>> PortRelease::evaluate(std::span<const Port> ports) const {
    const Port* port = find(ports);
    if (port == nullptr)
        return std::nullopt;
    if (port->state == "ignored")
        return fail(ErrorCode::not_found,
                    fmt::format("bgs2d does not use {}: {}", port->device, port->reason),
                    "name the port in /etc/bgs2d/bgs2d.toml or in a udev rule ('bgs2ctl doctor' shows both), "
                    "or do not wait for it");
    return is_released(*port) ? std::optional(*port) : std::nullopt;
}

Error PortRelease::unmet(std::span<const Port> ports) const {
    const Port* port = find(ports);
    if (port == nullptr)
        return {ErrorCode::modem_timeout, fmt::format("no port {} has appeared", selector_),
                "list the ports with 'bgs2ctl ports'"};
    return {ErrorCode::modem_timeout, fmt::format("{} is not released: {}", port->device, obstacle(*port)),
            port->hint.empty() ? "see 'bgs2ctl ports' and 'bgs2ctl doctor'" : port->hint};
}

const Port* PortRelease::find(std::span<const Port> ports) const {
    const bool is_node = selector_.starts_with('/');
    const std::string target = is_node ? followed(selector_) : std::string();
    // A [[port]] can name a link: then the link is the name of the port.
    const auto found = std::ranges::find_if(ports, [&](const Port& port) {
        return is_node ? port.device == selector_ || followed(port.device) == target : port.path == selector_;
    });
    return found == ports.end() ? nullptr : &*found;
}

bool concerns_ports(const BusSignal& event) {
    return event.member == "PortReleased" || event.member == "PortWanted" ||
           event.member == "PolicyReloaded" || concerns_modems(event);
}

} // namespace bgs2::cli
