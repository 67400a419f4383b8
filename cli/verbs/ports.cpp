// SPDX-License-Identifier: Apache-2.0
#include "cli/client/bus.h"
#include "cli/terminal/output.h"
#include "cli/terminal/text.h"
#include "cli/verbs/verbs.h"

namespace bgs2::cli {
namespace {

constexpr std::string_view ports_help =
    R"(List the serial ports that bgs2d knows, and why each is or is not a modem.

Usage: bgs2ctl ports [--json]

States:
  ignored           matches no rule; bgs2d never writes to it
  absent            named in bgs2d.toml, but not present
  probing           bgs2d is identifying the device
  modem             a BGS2 answers
  not-a-modem       another device answers
  silent            nothing answers
  duplicate         another port of a modem that bgs2d uses on its first port
  waiting           no modem is known on it yet, and another program has it
  unavailable       bgs2d cannot open it

Use:
  borrowed          bgs2d has the port
  released          bgs2d does not have the port, and does not need it
  waiting           bgs2d needs the port, and another program has it; HOLDER is
                    that program, WORK the work that waits for the port

Examples:
  bgs2ctl ports
  bgs2ctl ports --json | jq '.[] | select(.state == "silent")'

Options:
  --json            Print an array with one object per port
)";

Colour colour_of_port_state(std::string_view state) {
    if (state == "modem")
        return Colour::good;
    if (state == "unavailable")
        return Colour::bad;
    if (state == "probing")
        return Colour::busy;
    return state == "waiting" || state == "silent" || state == "absent" ? Colour::odd : Colour::plain;
}

/// Of a port that bgs2d could use.
std::string use_of(const Port& port) {
    return port.state == "ignored" || port.state == "absent" ? "" : port.use;
}

ExitCode ports(const Terminal& terminal) {
    Bus bus(terminal.access);
    Table table({{"DEVICE", "device"},
                 {"STATE", "state"},
                 {"USE", "use"},
                 {"HOLDER", "holder"},
                 {.title = "WORK", .key = "work", .yields = true},
                 {"IMEI", "imei"},
                 {.title = "RETRY AT", .key = "retry_at"},
                 {.title = "PATH", .key = "path", .yields = true},
                 {"REASON", "reason"},
                 {.title = "CODE", .key = "code", .json_only = true},
                 {.title = "NAMING", .key = "naming", .json_only = true},
                 {.title = "HINT", .key = "hint", .json_only = true},
                 {.title = "SINCE", .key = "waiting_since", .json_only = true}});
    for (const Port& port : bus.ports())
        table.add(
            {Cell::of(port.device),
             Cell::of(port.state, colour_of_port_state(port.state)),
             {Cell::of(use_of(port)).text, port.use, port.use == "waiting" ? Colour::odd : Colour::plain},
             Cell::of(port.holder),
             Cell::of(port.work),
             Cell::of(port.imei),
             {bus_time(port.retry_at, "-"), port.retry_at},
             Cell::of(port.path),
             Cell::of(port.reason),
             Cell::of(port.code),
             Cell::of(port.naming),
             Cell::of(port.hint),
             {"", port.waiting_since}});
    if (terminal.json)
        print(to_line(table.json()));
    else if (table.empty())
        print_error("no serial ports; 'bgs2ctl rescan' searches again\n");
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
