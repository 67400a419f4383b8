// SPDX-License-Identifier: Apache-2.0
#include "cli/client/bus.h"
#include "cli/client/objects.h"
#include "cli/terminal/output.h"
#include "cli/terminal/text.h"
#include "cli/verbs/verbs.h"

namespace bgs2::cli {
namespace {

constexpr std::string_view list_help = R"(List all modems.

Usage: bgs2ctl [list] [--json]

States:
  reading           bgs2d is reading its slots
  unmanaged         it matches no policy, its policy ignores it, or no policies
                    are active
  compliant         its slots, read back, match the policy
  drifted           its slots differ, and the policy or a cancelled job keeps
                    bgs2d from writing them
  provisioning      bgs2d is writing to it
  waiting           slots are to be written, or were not read yet, and another
                    program has the port
  failed            the last attempt failed; bgs2d retries
  blocked           it requires manual intervention; see 'bgs2ctl show'

Examples:
  bgs2ctl
  bgs2ctl list --json | jq -r '.[] | select(.state != "compliant") | .imei'

Options:
  --json            Print an array with one object per modem
)";

} // namespace

Colour colour_of_state(std::string_view state) {
    if (state == "compliant")
        return Colour::good;
    if (state == "failed" || state == "blocked")
        return Colour::bad;
    if (state == "drifted" || state == "waiting")
        return Colour::odd;
    return state == "unmanaged" ? Colour::plain : Colour::busy;
}

Colour colour_of_compliance(std::string_view compliance) {
    if (compliance == "compliant")
        return Colour::good;
    if (compliance == "corrupted")
        return Colour::bad;
    const bool is_odd = compliance == "missing" || compliance == "different" || compliance == "unverifiable";
    return is_odd ? Colour::odd : Colour::plain;
}

Table table_of(std::span<const Modem> modems) {
    Table table({{"IMEI", "imei"},
                 {"MODEL", "model"},
                 {"PORT", "port"},
                 {"STATE", "state"},
                 {"POLICY", "policy"},
                 {"REASON", "reason"},
                 {.title = "CODE", .key = "reason_code", .json_only = true},
                 {.title = "ERROR", .key = "reason_error", .json_only = true},
                 {.title = "HINT", .key = "hint", .json_only = true},
                 {.title = "PORT USE", .key = "port_use", .json_only = true},
                 {.title = "PORT HOLDER", .key = "port_holder", .json_only = true}});
    for (const Modem& modem : modems)
        table.add({Cell::of(modem.imei), Cell::of(modem.model), Cell::of(modem.port),
                   Cell::of(modem.state, colour_of_state(modem.state)), Cell::of(modem.policy),
                   Cell::of(modem.reason), Cell::of(modem.reason_code), Cell::of(modem.reason_error),
                   Cell::of(modem.hint), Cell::of(modem.port_use), Cell::of(modem.port_holder)});
    return table;
}

ExitCode list(const Terminal& terminal) {
    Bus bus(terminal.access);
    const Table table = table_of(bus.modems());
    if (terminal.json)
        print(to_line(table.json()));
    else if (table.empty())
        print_error("no modems; see 'bgs2ctl ports' for the ports that bgs2d probes\n");
    else
        print(table.text(terminal));
    return ExitCode::ok;
}

void define_list(Verb& verb) {
    verb.help(list_help);
    verb.runs(list);
}

} // namespace bgs2::cli
