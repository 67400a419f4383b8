// SPDX-License-Identifier: Apache-2.0
#include "cli/client/bus.h"
#include "cli/client/follow.h"
#include "cli/client/selector.h"
#include "cli/terminal/command_error.h"
#include "cli/verbs/verbs.h"

#include <memory>

namespace bgs2::cli {
namespace {

constexpr std::string_view refresh_help = R"(Read a modem's slots again, and compare them with its policy.

Usage: bgs2ctl refresh [M] [--json]

M is an IMEI or any unambiguous suffix of it, the device node of a port, or
"any". Default: the only modem.
Requires the authorization io.bgs2d1.provision (root, group bgs2d, or polkit).

Waits for the result. Ctrl-C ends the waiting only; bgs2d continues the job.

Examples:
  bgs2ctl refresh 43809 && bgs2ctl show 43809

Options:
  --json            Print one object with the result
)";

ExitCode refresh(const std::string& selector, const Terminal& terminal) {
    Bus bus(terminal.access);
    const Modem modem = value_or_fail(resolve(bus.modems(), selector));
    return follow(bus, modem, "refresh", "slots read", [&] { return bus.refresh(modem.path); }, terminal);
}

} // namespace

void define_refresh(Verb& verb) {
    verb.help(refresh_help);
    const auto selector = std::make_shared<std::string>();
    verb.argument("M", *selector, Need::optional);
    verb.runs([selector](const Terminal& terminal) { return refresh(*selector, terminal); });
}

} // namespace bgs2::cli
