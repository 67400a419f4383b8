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
    R"(Show what happens, as it happens: modems that come and go, their states and
slots, jobs, policies. Until Ctrl-C; if bgs2d goes or comes, it says so and
goes on. The first line tells whether bgs2d is there; from then on nothing is
missed.

Usage: bgs2ctl monitor [--json]

Examples:
  bgs2ctl monitor
  bgs2ctl monitor --json | jq -r 'select(.event == "job-completed")'

Options:
  --json            an object a line, each with "time" (seconds since 1970) and
                    "event": daemon, modem-added, modem-changed, modem-removed,
                    job-added, job-changed, job-completed, policy-reloaded or
                    policy-error
)";

void show(const EventLine& told, const Terminal& terminal) {
    using namespace std::chrono;
    const auto now = system_clock::now();
    if (!terminal.json) {
        print(fmt::format("{}  {}\n", iso_time(floor<seconds>(now)), told.text));
        return;
    }
    if (told.json.is_null())
        return;
    Value object{{"time", static_cast<double>(floor<milliseconds>(now).time_since_epoch().count()) / 1000}};
    object.update(told.json);
    print(to_line(object));
}

/// What the slots hold now, so that the first change can be told from it.
void learn(Bus& bus, EventFormatter& teller) {
    if (!bus.daemon_is_there())
        return;
    try {
        teller.know(bus.modems());
    } catch (const CommandError& failure) {
        // It went away this very moment; the signal that says so is on its way.
        if (failure.exit() != ExitCode::no_daemon)
            throw;
    }
}

ExitCode monitor(const Terminal& terminal) {
    const SignalFd interrupt;
    Bus bus(terminal.access);
    bus.subscribe();
    show(daemon_event(bus.daemon_is_there()), terminal);
    EventFormatter teller;
    learn(bus, teller);
    while (const auto event = bus.next_event(interrupt)) {
        for (const EventLine& told : teller.tell(*event))
            show(told, terminal);
    }
    return ExitCode::ok;
}

} // namespace

void define_monitor(Verb& verb) {
    verb.help(monitor_help);
    verb.runs(monitor);
}

} // namespace bgs2::cli
