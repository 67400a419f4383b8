// SPDX-License-Identifier: Apache-2.0
#include "cli/client/bus.h"
#include "cli/client/follow.h"
#include "cli/terminal/command_error.h"
#include "cli/terminal/text.h"
#include "cli/verbs/verbs.h"
#include "daemon/base/bytes.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>

namespace bgs2::cli {
namespace {

constexpr std::string_view cancel_help = R"(End a job at the next safe place, and wait for its end.

Usage: bgs2ctl cancel J [--json]

J is a job's number, or its path as in 'bgs2ctl jobs --json'. A frame that has
begun is sent to its end, then the slots are read, so that the modem is in a
known state. Needs the right that the job took. A job that has ended stays as
it is.

Ctrl-C ends the waiting only.

Examples:
  bgs2ctl jobs
  bgs2ctl cancel 3

Options:
  --json            one object with what became of the job

Exit codes: 0 the job has ended, however that is; 3 there is no such job.
)";

JobInfo find(const std::vector<JobInfo>& jobs, const std::string& name) {
    const bool is_path = name.starts_with('/');
    if (!is_path && !std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; }))
        throw usage_error(fmt::format("'{}' does not name a job", name),
                          "give its number or its path; 'bgs2ctl jobs' shows the jobs");
    const std::string digits = name.substr(std::min(name.find_first_not_of('0'), name.size()));
    const auto found = std::ranges::find_if(jobs, [&](const JobInfo& job) {
        return is_path ? job.path == name : std::to_string(job.number) == (digits.empty() ? "0" : digits);
    });
    if (found == jobs.end())
        throw CommandError(
            Error{ErrorCode::not_found, fmt::format("there is no job {}", name),
                  "'bgs2ctl jobs' shows those that there are; one that ended is known for a minute"});
    return *found;
}

JobResult end(Bus& bus, const JobInfo& listed, const SignalFd& interrupt, const Terminal& terminal) {
    if (listed.ended())
        return {.success = !listed.failed(),
                .error = listed.error,
                .message = listed.message,
                .hint = listed.hint};
    Job job(listed.path);
    bus.cancel(listed.path);
    return wait_for_end(bus, job, fmt::format("{} of {}", listed.operation, listed.imei), interrupt,
                        terminal);
}

std::string text_of(const JobInfo& job, const JobResult& result) {
    const std::string what = fmt::format("job {} ({} of {})", job.number, printable(job.operation), job.imei);
    const std::string message = result.message.empty() ? "" : ": " + printable(result.message);
    if (result.success)
        return fmt::format("{} ended by itself: done{}\n", what, message);
    return fmt::format("{} ended: {}{}\n", what, printable(result.error), message);
}

ExitCode cancel(const std::string& name, const Terminal& terminal) {
    const SignalFd interrupt;
    Bus bus(terminal.access);
    bus.subscribe(); // before anything is asked: it may end at any moment
    const JobInfo job = find(bus.jobs(), name);
    const JobResult result = end(bus, job, interrupt, terminal);
    if (terminal.json)
        print(to_line({{"job", job.path},
                       {"imei", job.imei},
                       {"operation", job.operation},
                       {"success", result.success},
                       {"error", result.error},
                       {"message", result.message},
                       {"hint", result.hint}}));
    else
        print(text_of(job, result));
    return ExitCode::ok;
}

} // namespace

void define_cancel(Verb& verb) {
    verb.help(cancel_help);
    const auto name = std::make_shared<std::string>();
    verb.argument("J", *name, Need::required);
    verb.runs([name](const Terminal& terminal) { return cancel(*name, terminal); });
}

} // namespace bgs2::cli
