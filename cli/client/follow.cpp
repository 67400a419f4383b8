// SPDX-License-Identifier: Apache-2.0
#include "cli/client/follow.h"

#include "cli/client/bus_error.h"
#include "cli/client/progress.h"
#include "cli/terminal/text.h"
#include "daemon/base/bytes.h"
#include "daemon/base/immovable.h"

#include <fmt/format.h>

#include <algorithm>

namespace bgs2::cli {
namespace {

constexpr std::string_view clear_line = "\r\x1b[K";

/// A line that each progress overwrites; the destructor clears it.
class ProgressLine : Immovable {
  public:
    explicit ProgressLine(const Terminal& terminal)
      : terminal_(terminal) {}
    ~ProgressLine() {
        if (terminal_.progress)
            print_error(clear_line);
    }

    void show(const Progress& progress) {
        if (!terminal_.progress)
            return;
        pace_.note(progress, Pace::Clock::now());
        // A terminal may wrap once its last column is used.
        const std::size_t width = std::max<std::size_t>(terminal_.width.value_or(80), 2) - 1;
        print_error(fmt::format("{}{}", clear_line, progress_line(progress, pace_.rate(), width)));
    }

  private:
    const Terminal& terminal_;
    Pace pace_;
};

} // namespace

JobResult wait_for_end(Bus& bus, Job& job, const std::string& name, const SignalFd& interrupt,
                       const Terminal& terminal) {
    ProgressLine line(terminal);
    line.show(job.progress());
    while (true) {
        if (const auto& result = job.result())
            return *result;
        const auto event = bus.next_signal(interrupt);
        if (!event)
            throw CommandError(
                ExitCode::failed, "Interrupted",
                fmt::format("interrupted; bgs2d continues {} ({})", name, job.path()),
                fmt::format("'bgs2ctl jobs' shows its state, 'bgs2ctl cancel {}' ends it", job.path()));
        if (!bus.daemon_is_there())
            throw no_daemon(fmt::format("bgs2d stopped during {}", name),
                            "check 'systemctl status bgs2d', then read the slots with 'bgs2ctl refresh'");
        if (job.apply(*event))
            line.show(job.progress());
    }
}

ExitCode follow(Bus& bus, const Modem& modem, const std::string& operation, const std::string& done,
                const std::function<std::string()>& begin, const Terminal& terminal) {
    const SignalFd interrupt;
    bus.subscribe(); // before the call: a job can end before the reply arrives
    Job job(begin());
    const JobResult result =
        wait_for_end(bus, job, fmt::format("{} of {}", operation, modem.imei), interrupt, terminal);
    if (terminal.json)
        print(to_line(to_json(result, job.path(), modem.imei, operation)));
    if (!result.success)
        throw to_job_error(result.error, result.message, result.hint);
    if (!terminal.json)
        print(fmt::format("{}: {}\n", modem.imei, printable(done)));
    return ExitCode::ok;
}

} // namespace bgs2::cli
