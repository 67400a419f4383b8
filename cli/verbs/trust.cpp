// SPDX-License-Identifier: Apache-2.0
#include "cli/client/bus.h"
#include "cli/client/selector.h"
#include "cli/terminal/command_error.h"
#include "cli/terminal/text.h"
#include "cli/verbs/verbs.h"

#include <nlohmann/json.hpp>

#include <memory>

namespace bgs2::cli {
namespace {

constexpr std::string_view trust_help = R"(Let a modem get private keys on the port where it is now.

Usage: bgs2ctl trust [M] [--json]

M is an IMEI or any unambiguous suffix of it, the device node of a port, or
"any". Default: the only modem.
Requires the authorization io.bgs2d1.provision (root, group bgs2d, or polkit).

bgs2d remembers the port where an IMEI is first provisioned, and writes private
keys on another one only after this command: any device can claim to have the
IMEI of a modem. Policies that name ports or properties in [match], or that set
bind = "none" in [provision], do not need it.

Examples:
  bgs2ctl trust 43809

Options:
  --json            Print an empty object on success
)";

ExitCode trust(const std::string& selector, const Terminal& terminal) {
    Bus bus(terminal.access);
    bus.trust(value_or_fail(resolve(bus.modems(), selector)).path);
    if (terminal.json)
        print(to_line(nlohmann::ordered_json::object()));
    return ExitCode::ok;
}

} // namespace

void define_trust(Verb& verb) {
    verb.help(trust_help);
    const auto selector = std::make_shared<std::string>();
    verb.argument("M", *selector, Need::optional);
    verb.runs([selector](const Terminal& terminal) { return trust(*selector, terminal); });
}

} // namespace bgs2::cli
