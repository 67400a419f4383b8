// SPDX-License-Identifier: Apache-2.0
#include "cli/client/bus.h"
#include "cli/client/objects.h"
#include "cli/terminal/output.h"
#include "cli/terminal/text.h"
#include "cli/verbs/verbs.h"

#include <fmt/format.h>

#include <algorithm>

namespace bgs2::cli {
namespace {

constexpr std::string_view jobs_help =
    R"(List the active jobs, and those that ended within the last minute.

Usage: bgs2ctl jobs [--json]

'bgs2ctl history' shows the results of earlier jobs.

Operations:
  provision         bgs2d writes what the policy requires
  refresh           bgs2d reads the slots again
  install           bgs2d writes a certificate that it was given
  erase             bgs2d erases a slot
  send              bgs2d sends a frame that it was given

Examples:
  bgs2ctl jobs
  bgs2ctl jobs --json | jq '.[] | select(.ended == 0) | .job'

Options:
  --json            Print an array with one object per job; times in seconds
                    since 1970. "ended" is 0 while the job is active, or if
                    bgs2d does not report it
)";

Cell result_cell(const JobInfo& job) {
    if (!job.ended())
        return {"-", nullptr, Colour::plain};
    if (!job.failed())
        return {"ok", "ok", Colour::good};
    const std::string why = job.message.empty() ? job.error : fmt::format("{}: {}", job.error, job.message);
    return {why, "failed", Colour::bad};
}

Cell progress_cell(const JobInfo& job) {
    if (job.bytes_total == 0)
        return {"-", job.progress};
    return {fmt::format("{}%", static_cast<int>(std::clamp(job.progress, 0.0, 1.0) * 100)), job.progress};
}

Cell bytes_cell(const JobInfo& job) {
    return {job.bytes_total == 0 ? "-" : fmt::format("{}/{}", job.bytes_sent, job.bytes_total),
            job.bytes_sent};
}

ExitCode jobs(const Terminal& terminal) {
    Bus bus(terminal.access);
    const Table table = table_of(bus.jobs());
    if (terminal.json)
        print(to_line(table.json()));
    else if (table.empty())
        print_error("no active jobs, and none ended within the last minute; see 'bgs2ctl history'\n");
    else
        print(table.text(terminal));
    return ExitCode::ok;
}

} // namespace

Table table_of(std::span<const JobInfo> jobs) {
    Table table({{"JOB", "job"},
                 {"OPERATION", "operation"},
                 {"IMEI", "imei"},
                 {"STEP", "step"},
                 {"PROGRESS", "progress"},
                 {"BYTES", "bytes_sent"},
                 {"STARTED", "started"},
                 {"RESULT", "result"},
                 {.title = "CODE", .key = "step_code", .json_only = true},
                 {.title = "OF", .key = "bytes_total", .json_only = true},
                 {.title = "ENDED", .key = "ended", .json_only = true},
                 {.title = "ERROR", .key = "error", .json_only = true},
                 {.title = "MESSAGE", .key = "message", .json_only = true},
                 {.title = "HINT", .key = "hint", .json_only = true},
                 {.title = "DESCRIPTION", .key = "description", .json_only = true},
                 {.title = "PATH", .key = "path", .json_only = true}});
    for (const JobInfo& job : jobs)
        table.add({{std::to_string(job.number), job.number},
                   Cell::of(job.operation),
                   Cell::of(job.imei),
                   Cell::of(job.step, job.ended() ? Colour::plain : Colour::busy),
                   progress_cell(job),
                   bytes_cell(job),
                   {bus_time(job.start_time, "-"), job.start_time},
                   result_cell(job),
                   Cell::of(job.step_code),
                   {"", job.bytes_total},
                   {"", job.end_time},
                   Cell::of(job.error),
                   Cell::of(job.message),
                   Cell::of(job.hint),
                   Cell::of(job.description),
                   Cell::of(job.path)});
    return table;
}

void define_jobs(Verb& verb) {
    verb.help(jobs_help);
    verb.runs(jobs);
}

} // namespace bgs2::cli
