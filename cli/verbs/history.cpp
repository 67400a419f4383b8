// SPDX-License-Identifier: Apache-2.0
#include "cli/client/bus.h"
#include "cli/client/objects.h"
#include "cli/client/selector.h"
#include "cli/terminal/command_error.h"
#include "cli/terminal/output.h"
#include "cli/terminal/text.h"
#include "cli/terminal/time_spec.h"
#include "cli/verbs/verbs.h"
#include "daemon/base/imei.h"

#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace bgs2::cli {
namespace {

constexpr std::string_view history_help =
    R"(Show past events of modems, the newest last, across restarts of bgs2d.

Usage: bgs2ctl history [--modem M] [--since T] [--failed] [--limit N] [--json]

M is an IMEI or any suffix of it, also of a modem that is gone; or the device
node of a port, or "any". T is a day such as 2026-11-20, a time such as
"2026-11-20 12:00", both UTC, or an age: 90s, 15m, 2h, 3d.

Events:
  state             a modem entered a state
  write             a slot was written; ERROR has the reason if that failed
  erase             a slot was erased; ERROR as above
  drift             a slot changed, and bgs2d did not change it
  gap               entries before this one are lost

Examples:
  bgs2ctl history --since 2h
  bgs2ctl history --modem 43809 --failed
  bgs2ctl history --json | jq '.[] | select(.event == "write")'

Options:
  --modem M         Show events of this modem only
  --since T         Show events since this time only
  --failed          Show failures only: entries with an error, and modems that
                    entered the state failed or blocked
  --limit N         Show the newest N of these only. Default: 1000. Maximum:
                    10000
  --json            Print an array with one object per entry; times in seconds
                    since 1970, durations in milliseconds
)";

struct HistoryOptions {
    std::optional<std::string> modem;
    std::optional<std::string> since;
    bool failed = false;
    std::optional<unsigned> limit;
};

/// Digits can name a modem that is gone, which only the history of bgs2d knows.
std::string imei_of(Bus& bus, const std::string& selector) {
    return is_imei_suffix(selector) ? selector : value_or_fail(resolve(bus.modems(), selector)).imei;
}

std::chrono::sys_seconds since_of(const std::string& text, std::chrono::sys_seconds now) {
    auto time = time_spec(text, now);
    if (!time)
        throw usage_error(fmt::format("--since: {}", time.error().what), time.error().hint);
    return *time;
}

Cell error_cell(const std::string& error) {
    return Cell::of(error, error.empty() ? Colour::plain : Colour::bad);
}

Cell slot_cell(const std::optional<std::uint64_t>& slot) {
    return slot ? Cell{.text = std::to_string(*slot), .value = *slot} : Cell{.text = "-", .value = nullptr};
}

ExitCode history(const HistoryOptions& options, const Terminal& terminal) {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    HistoryFilter filter{.modem = {}, .since = {}, .failed = options.failed, .limit = options.limit};
    if (options.since)
        filter.since = since_of(*options.since, now);
    Bus bus(terminal.access);
    if (options.modem)
        filter.modem = imei_of(bus, *options.modem);
    const Table table = table_of(bus.history(filter));
    if (terminal.json)
        print(to_line(table.json()));
    else if (table.empty())
        print_error("no matching events in the history\n");
    else
        print(table.text(terminal));
    if (const auto lost = bus.history_lost_since(); lost != 0 && !terminal.json)
        print_error(
            fmt::format("bgs2d cannot write its history: events since {} are lost; see the log of bgs2d\n",
                        bus_time(lost, "")));
    return ExitCode::ok;
}

} // namespace

Table table_of(std::span<const HistoryEntry> events) {
    Table table({{"TIME", "time"},
                 {"IMEI", "imei"},
                 {"EVENT", "event"},
                 {"STATE", "state"},
                 {"SLOT", "slot"},
                 {"ERROR", "error"},
                 {"MESSAGE", "message"},
                 {.title = "STORE", .key = "store", .json_only = true},
                 {.title = "BEFORE", .key = "thumbprint_before", .json_only = true},
                 {.title = "AFTER", .key = "thumbprint_after", .json_only = true},
                 {.title = "PATH", .key = "port_path", .json_only = true},
                 {.title = "POLICY", .key = "policy", .json_only = true},
                 {.title = "GENERATION", .key = "generation", .json_only = true},
                 {.title = "DURATION", .key = "duration", .json_only = true},
                 {.title = "BYTES", .key = "bytes", .json_only = true},
                 {.title = "BOOT", .key = "boot_id", .json_only = true}});
    const auto number = [](std::uint64_t value) { return Cell{.text = "", .value = value}; };
    for (const HistoryEntry& event : events)
        table.add({{bus_time(event.time, "-"), event.time},
                   Cell::of(event.imei),
                   Cell::of(event.event),
                   Cell::of(event.state, event.state.empty() ? Colour::plain : colour_of_state(event.state)),
                   slot_cell(event.slot),
                   error_cell(event.error),
                   Cell::of(event.message),
                   Cell::of(event.store),
                   Cell::of(event.thumbprint_before),
                   Cell::of(event.thumbprint_after),
                   Cell::of(event.port_path),
                   Cell::of(event.policy),
                   number(event.generation),
                   number(event.duration),
                   number(event.bytes),
                   Cell::of(event.boot_id)});
    return table;
}

void define_history(Verb& verb) {
    verb.help(history_help);
    const auto options = std::make_shared<HistoryOptions>();
    verb.option("--modem", options->modem);
    verb.option("--since", options->since);
    verb.flag("--failed", options->failed);
    verb.number("--limit", options->limit, 1, 10'000);
    verb.runs([options](const Terminal& terminal) { return history(*options, terminal); });
}

} // namespace bgs2::cli
