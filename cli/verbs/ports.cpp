// SPDX-License-Identifier: Apache-2.0
#include "cli/client/bus.h"
#include "cli/terminal/output.h"
#include "cli/terminal/text.h"
#include "cli/verbs/verbs.h"

namespace bgs2::cli {
namespace {

constexpr std::string_view ports_help =
    R"(List every serial port that bgs2d knows of, and why it is or is not a modem.

Usage: bgs2ctl ports [--json]

States:
  ignored           not nominated, never written to
  absent            named in bgs2d.toml, but not there
  probing           being asked who is there
  modem             a BGS2 answers
  not-a-modem       something else answers
  silent            nothing answers
  second            another port of a modem that is attended on the first
  unavailable       it can not be opened or claimed

Examples:
  bgs2ctl ports
  bgs2ctl ports --json | jq '.[] | select(.state == "silent")'

Options:
  --json            an array with one object a port
)";

Colour colour_of_port_state(std::string_view state) {
    if (state == "modem")
        return Colour::good;
    if (state == "unavailable")
        return Colour::bad;
    if (state == "probing")
        return Colour::busy;
    return state == "silent" || state == "absent" ? Colour::odd : Colour::plain;
}

ExitCode ports(const Terminal& terminal) {
    Bus bus(terminal.access);
    Table table({{"DEVICE", "device"},
                 {"STATE", "state"},
                 {"IMEI", "imei"},
                 {.title = "TRIES AGAIN", .key = "retry_at"},
                 {.title = "PATH", .key = "path", .yields = true},
                 {"REASON", "reason"},
                 {.title = "CODE", .key = "code", .json_only = true},
                 {.title = "HINT", .key = "hint", .json_only = true}});
    for (const Port& port : bus.ports())
        table.add({Cell::of(port.device),
                   Cell::of(port.state, colour_of_port_state(port.state)),
                   Cell::of(port.imei),
                   {bus_time(port.retry_at, "-"), port.retry_at},
                   Cell::of(port.path),
                   Cell::of(port.reason),
                   Cell::of(port.code),
                   Cell::of(port.hint)});
    if (terminal.json)
        print(to_line(table.json()));
    else if (table.empty())
        print_error("bgs2d knows of no serial port; 'bgs2ctl rescan' looks anew\n");
    else
        print(table.text(terminal));
    return ExitCode::ok;
}

} // namespace

void define_ports(Verb& verb) {
    verb.help(ports_help);
    verb.runs(ports);
}

} // namespace bgs2::cli
