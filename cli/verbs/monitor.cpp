// SPDX-License-Identifier: Apache-2.0
#include "cli/client/bus.h"
#include "cli/client/event_formatter.h"
#include "cli/terminal/command_error.h"
#include "cli/terminal/text.h"
#include "cli/verbs/verbs.h"

#include <fmt/format.h>

#include <chrono>

namespace bgs2::cli {
namespace {

constexpr std::string_view monitor_help =
    R"(Show events as they happen, until Ctrl-C: modems, their states and slots, ports
that bgs2d needs or has released, jobs, policies.

Usage: bgs2ctl monitor [--json]

The first line reports whether bgs2d is running; no later event is missed. If
bgs2d stops or starts, monitor reports that and continues.

Examples:
  bgs2ctl monitor
  bgs2ctl monitor --json | jq -r 'select(.event == "job-completed")'

Options:
  --json            Print one object per line, each with "time" (seconds since
                    1970) and "event": daemon, modem-added, modem-changed,
                    modem-removed, port-wanted, port-released, job-added,
                    job-changed, job-completed, policy-reloaded or policy-error
)";

void show(const EventLine& line, const Terminal& terminal) {
    using namespace std::chrono;
    const auto now = system_clock::now();
    if (!terminal.json) {
        print(fmt::format("{}  {}\n", iso_time(floor<seconds>(now)), line.text));
        return;
    }
    if (line.json.is_null())
        return;
    Value object{{"time", static_cast<double>(floor<milliseconds>(now).time_since_epoch().count()) / 1000}};
    object.update(line.json);
    print(to_line(object));
}

/// Gives the formatter the current content of the slots: the first change is relative to it.
void learn(Bus& bus, EventFormatter& formatter) {
    if (!bus.daemon_is_there())
        return;
    try {
        formatter.know(bus.modems());
    } catch (const CommandError& error) {
        // It has just stopped; the signal that reports it is on its way.
        if (error.exit() != ExitCode::no_daemon)
            throw;
    }
}

ExitCode monitor(const Terminal& terminal) {
    const SignalFd interrupt;
    Bus bus(terminal.access);
    bus.subscribe();
    show(daemon_event(bus.daemon_is_there()), terminal);
    EventFormatter formatter;
    learn(bus, formatter);
    while (const auto event = bus.next_signal(interrupt)) {
        for (const EventLine& line : formatter.format(*event))
            show(line, terminal);
    }
    return ExitCode::ok;
}

} // namespace

void define_monitor(Verb& verb) {
    verb.help(monitor_help);
    verb.runs(monitor);
}

} // namespace bgs2::cli
