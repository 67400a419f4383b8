// SPDX-License-Identifier: Apache-2.0
// Waits for the end of a job and reports its result.
#pragma once

#include "cli/client/bus.h"
#include "cli/client/job.h"
#include "cli/terminal/signal_fd.h"
#include "cli/terminal/terminal.h"
#include "daemon/base/error.h"

#include <functional>
#include <string>

namespace bgs2::cli {

/// Shows the job's progress if `terminal` can, until it has ended. After Bus::subscribe(). Throws
/// CommandError: bgs2d stopped (exit code 6); interrupted (exit code 1). `name` is for messages: "provision
/// of <IMEI>".
JobResult wait_for_end(Bus& bus, Job& job, const std::string& name, const SignalFd& interrupt,
                       const Terminal& terminal);

/// Subscribes, starts a job with `begin` (which returns the job's path), shows its progress if `terminal`
/// can, and prints the result. Throws CommandError: the error of the job; bgs2d stopped (exit code 6);
/// interrupted (exit code 1), where the job continues. `operation` is that of the job: "provision". `done` is
/// the text of the result: "slot 10 erased".
ExitCode follow(Bus& bus, const Modem& modem, const std::string& operation, const std::string& done,
                const std::function<std::string()>& begin, const Terminal& terminal);

} // namespace bgs2::cli
