#include "cli/monitor.h"

#include "cli/bus.h"
#include "cli/failure.h"
#include "cli/telling.h"
#include "cli/text.h"

#include <fmt/format.h>

#include <chrono>

namespace bgs2::cli {
namespace {

constexpr std::string_view help =
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

void show(const Told& told, const Terminal& terminal) {
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
void learn(Bus& bus, Teller& teller) {
    if (!bus.daemon_is_there())
        return;
    try {
        teller.know(bus.modems());
    } catch (const Failure& failure) {
        // It went away this very moment; the signal that says so is on its way.
        if (failure.exit() != ExitCode::no_daemon)
            throw;
    }
}

ExitCode monitor(const Terminal& terminal) {
    const Interrupt interrupt;
    Bus bus(terminal.access);
    bus.subscribe();
    show(daemon_told(bus.daemon_is_there()), terminal);
    Teller teller;
    learn(bus, teller);
    while (const auto event = bus.next_event(interrupt)) {
        for (const Told& told : teller.tell(*event))
            show(told, terminal);
    }
    return ExitCode::ok;
}

} // namespace

void add_monitor(Verb& program) {
    program.add("monitor", help).runs(monitor);
}

} // namespace bgs2::cli
