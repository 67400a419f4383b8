// SPDX-License-Identifier: Apache-2.0
#include "cli/client/bus.h"
#include "cli/client/port_release.h"
#include "cli/client/wait_condition.h"
#include "cli/terminal/command_error.h"
#include "cli/terminal/text.h"
#include "cli/verbs/verbs.h"
#include "daemon/policy/duration.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace bgs2::cli {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::chrono::days longest_timeout(3650); // a time_point of the clock ends after 292 years

constexpr std::string_view wait_help =
    R"(Wait until modems are in a state, or until bgs2d has released a port.

Usage: bgs2ctl wait [M] [--state S] [--timeout T] [--json]
       bgs2ctl wait --port DEV --released [--timeout T] [--json]

M is an IMEI or any unambiguous suffix of it, the device node of a port, or
"any": at least one modem must be in the state. Default: all modems that are
present must be in the state, and at least one must be present. Also waits for a
modem that is not present yet, and for bgs2d.

With --released, waits until bgs2d has no work on the port and has closed it, so
that another program can open it: for ExecStartPre= of the unit of that program.
A port where nothing or another device answers is released. Also waits for a
port that is not present yet. Requires bgs2d, see bgs2d-ports(7).

Examples:
  bgs2ctl wait --timeout 5m
  bgs2ctl wait 43809 --state compliant,drifted --timeout 90s && echo ready
  bgs2ctl wait --port /dev/ttyS1 --released --timeout 10m

Options:
  --state S         One state, or several separated by commas, of which one must
                    match; see 'bgs2ctl list --help'. Default: compliant
  --port DEV        The port: its device node, a link to it, or its place
                    (ID_PATH of udev). Requires --released
  --released        Wait for the release of the port. Requires --port
  --timeout T       Time to wait: 500ms, 90s, 15m, 2h. Default: no limit.
                    Maximum: 3650d
  --json            Print an array with the modems: imei, state, reason; with
                    --released an object: device, state, use, imei

Exit codes:
  0                 The modems are in the state, or the port is released
  2                 M is ambiguous
  3                 With --released: bgs2d does not use the port
  6                 With --released: bgs2d is not running
  7                 Timeout; standard error has the states and their reasons
)";

struct WaitOptions {
    std::string selector;
    std::optional<std::string> states;
    std::optional<std::string> port;
    bool released = false;
    std::optional<std::string> timeout;
};

std::optional<SteadyClock::time_point> deadline_of(const WaitOptions& options) {
    if (!options.timeout)
        return std::nullopt;
    const auto duration = policy::parse_duration(*options.timeout);
    if (!duration)
        throw usage_error(fmt::format("--timeout: '{}' is not a duration", *options.timeout),
                          "give a number and a unit: 500ms, 90s, 15m, 2h");
    if (*duration > longest_timeout)
        throw usage_error(fmt::format("--timeout: {} is too long", *options.timeout),
                          fmt::format("give at most {}", policy::to_string(longest_timeout)));
    return SteadyClock::now() + *duration;
}

std::vector<Modem> modems_now(Bus& bus) {
    if (!bus.daemon_is_there())
        return {};
    try {
        return bus.modems();
    } catch (const CommandError& error) {
        // It has just stopped; the signal that reports it is on its way.
        if (error.exit() != ExitCode::no_daemon)
            throw;
        return {};
    }
}

void show(const std::vector<Modem>& modems, const Terminal& terminal) {
    if (terminal.json) {
        Value list = Value::array();
        for (const Modem& modem : modems)
            list.push_back({{"imei", modem.imei}, {"state", modem.state}, {"reason", modem.reason}});
        print(to_line(list));
        return;
    }
    std::string lines;
    for (const Modem& modem : modems)
        lines += fmt::format("{}: {}\n", modem.imei, modem.state);
    print(lines);
}

void show(const Port& port, const Terminal& terminal) {
    if (terminal.json)
        print(to_line(
            {{"device", port.device}, {"state", port.state}, {"use", port.use}, {"imei", port.imei}}));
    else
        print(fmt::format("{}: released\n", port.device));
}

CommandError daemon_has_stopped() {
    return no_daemon("bgs2d has stopped", "see its log: 'journalctl -u bgs2d'");
}

/// The next signal that satisfies `concerns`; nothing: interrupted, or past the deadline.
std::optional<BusSignal> next_signal(Bus& bus, const SignalFd& interrupt,
                                     std::optional<SteadyClock::time_point> deadline,
                                     bool (*concerns)(const BusSignal&)) {
    std::optional<BusSignal> event;
    do {
        event = bus.next_signal(interrupt, deadline);
    } while (event && !concerns(*event));
    return event;
}

bool is_departure(const BusSignal& event) {
    return event.member == "NameOwnerChanged";
}

/// Throws CommandError: bgs2d is not running, or has just stopped (exit code 6), or does not answer.
std::vector<Port> ports_now(Bus& bus, const SignalFd& interrupt) {
    constexpr std::chrono::seconds grace(1);
    try {
        return bus.ports();
    } catch (const CommandError& error) {
        if (error.exit() != ExitCode::timed_out)
            throw;
        // If it stopped before it could answer, the signal that reports it is on its way.
        next_signal(bus, interrupt, SteadyClock::now() + grace, is_departure);
        if (bus.daemon_is_there())
            throw;
        throw daemon_has_stopped();
    }
}

ExitCode wait_for_release(const WaitOptions& options, const Terminal& terminal) {
    constexpr std::chrono::seconds longest_silence(2); // a rule or device node that changes has no signal
    const PortRelease release(*options.port);
    const auto deadline = deadline_of(options);
    const SignalFd interrupt;
    Bus bus(terminal.access);
    bus.subscribe();
    while (true) {
        const std::vector<Port> ports = ports_now(bus, interrupt);
        if (const auto port = value_or_fail(release.evaluate(ports))) {
            show(*port, terminal);
            return ExitCode::ok;
        }
        auto next_look = SteadyClock::now() + longest_silence;
        if (deadline)
            next_look = std::min(next_look, *deadline);
        if (next_signal(bus, interrupt, next_look, concerns_ports)) {
            if (!bus.daemon_is_there()) // a call would start it again
                throw daemon_has_stopped();
            continue;
        }
        if (deadline && SteadyClock::now() >= *deadline) {
            const Error why = release.unmet(ports);
            throw CommandError(ExitCode::timed_out, "Timeout", why.what, why.hint);
        }
        if (SteadyClock::now() < next_look)
            throw CommandError(ExitCode::failed, "Interrupted", "interrupted before the port was released",
                               {});
    }
}

ExitCode wait_for_state(const WaitOptions& options, const Terminal& terminal) {
    const WaitCondition condition(options.selector,
                                  value_or_fail(states_of(options.states.value_or("compliant"))));
    const auto deadline = deadline_of(options);
    const SignalFd interrupt;
    Bus bus(terminal.access);
    bus.subscribe();
    while (true) {
        const std::vector<Modem> modems = modems_now(bus);
        const WaitStatus status = value_or_fail(condition.evaluate(modems));
        if (status.met) {
            show(status.modems, terminal);
            return ExitCode::ok;
        }
        if (next_signal(bus, interrupt, deadline, concerns_modems))
            continue;
        if (deadline && SteadyClock::now() >= *deadline) {
            const Error why = bus.daemon_is_there() ? condition.unmet(status) : no_daemon_came();
            throw CommandError(ExitCode::timed_out, "Timeout", why.what, why.hint);
        }
        throw CommandError(ExitCode::failed, "Interrupted", "interrupted before the modems were in the state",
                           {});
    }
}

ExitCode wait(const WaitOptions& options, const Terminal& terminal) {
    if (options.released && (!options.selector.empty() || options.states))
        throw usage_error("--released excludes M and --state", "wait for a port or for modems");
    return options.released ? wait_for_release(options, terminal) : wait_for_state(options, terminal);
}

} // namespace

void define_wait(Verb& verb) {
    verb.help(wait_help);
    const auto options = std::make_shared<WaitOptions>();
    verb.argument("M", options->selector, Need::optional);
    verb.option("--state", options->states);
    verb.option("--port", options->port);
    verb.flag("--released", options->released);
    verb.needs("--port", "--released");
    verb.needs("--released", "--port");
    verb.option("--timeout", options->timeout);
    verb.runs([options](const Terminal& terminal) { return wait(*options, terminal); });
}

} // namespace bgs2::cli
