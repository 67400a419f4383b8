// SPDX-License-Identifier: Apache-2.0
// Waiting for the end of a job, and telling how it went.
#pragma once

#include "cli/client/bus.h"
#include "cli/client/job.h"
#include "cli/terminal/signal_fd.h"
#include "cli/terminal/terminal.h"
#include "daemon/base/error.h"

#include <functional>
#include <string>

namespace bgs2::cli {

/// Shows the job's progress if `terminal` can, until it has ended. After Bus::subscribe(). Throws Failure: no
/// daemon any more (exit code 6); interrupted (exit code 1). `name` is for people: "provision of <IMEI>".
JobResult wait_for_end(Bus& bus, Job& job, const std::string& name, const SignalFd& interrupt,
                       const Terminal& terminal);

/// Subscribes, lets `begin` begin a job (it returns the job's path), shows its progress if `terminal` can,
/// prints the result, and returns once it is done. Throws Failure: the job's own; no daemon any more (exit
/// code 6); interrupted (exit code 1): the job goes on then. `operation` is the job's: "provision". `done`
/// says what it did to which slot: "slot 10 erased".
ExitCode follow(Bus& bus, const Modem& modem, const std::string& operation, const std::string& done,
                const std::function<std::string()>& begin, const Terminal& terminal);

} // namespace bgs2::cli
