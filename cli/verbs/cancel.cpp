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

constexpr std::string_view cancel_help = R"(Cancel a job at the next safe point, and wait for its end.

Usage: bgs2ctl cancel J [--json]

J is the job's number, or its path as in 'bgs2ctl jobs --json'. bgs2d completes
a frame that it has begun to send, and then reads the slots. A job that has
ended is not changed. Requires the authorization that the job required.

Ctrl-C ends the waiting only.

Examples:
  bgs2ctl jobs
  bgs2ctl cancel 3

Options:
  --json            Print one object with the result of the job

Exit codes:
  0                 The job has ended, whatever its result
  3                 There is no such job
)";

bool is_path(const std::string& name) {
    return name.starts_with('/');
}

void check_job_name(const std::string& name) {
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    if (name.empty() || (!is_path(name) && !std::ranges::all_of(name, is_digit)))
        throw usage_error(fmt::format("'{}' is not a job", name),
                          "give the number or the path of a job; see 'bgs2ctl jobs'");
}

JobInfo find(const std::vector<JobInfo>& jobs, const std::string& name) {
    const std::string digits = name.substr(std::min(name.find_first_not_of('0'), name.size() - 1));
    const auto found = std::ranges::find_if(jobs, [&](const JobInfo& job) {
        return is_path(name) ? job.path == name : std::to_string(job.number) == digits;
    });
    if (found == jobs.end())
        throw CommandError(Error{ErrorCode::not_found, fmt::format("no job {}", name),
                                 "see 'bgs2ctl jobs', which lists a job until a minute after its end"});
    return *found;
}

JobResult cancel_job(Bus& bus, const JobInfo& listed, const SignalFd& interrupt, const Terminal& terminal) {
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
        return fmt::format("{} had succeeded already{}\n", what, message);
    return fmt::format("{} ended: {}{}\n", what, printable(result.error), message);
}

ExitCode cancel(const std::string& name, const Terminal& terminal) {
    check_job_name(name);
    const SignalFd interrupt;
    Bus bus(terminal.access);
    bus.subscribe(); // first: the job may end at any moment
    const JobInfo job = find(bus.jobs(), name);
    const JobResult result = cancel_job(bus, job, interrupt, terminal);
    if (terminal.json)
        print(to_line(to_json(result, job.path, job.imei, job.operation)));
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
