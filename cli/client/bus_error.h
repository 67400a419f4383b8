// SPDX-License-Identifier: Apache-2.0
// Converts D-Bus errors to the errors that bgs2ctl reports.
#pragma once

#include "cli/terminal/command_error.h"

#include <string_view>

namespace bgs2::cli {

/// `name` and `message` of an error reply: an error of bgs2d (io.bgs2d1.Error.*, whose message has the hint
/// as its second line), or an error of the bus: bgs2d is not running, permission denied, no reply.
CommandError to_command_error(std::string_view name, std::string_view message);

/// The error of a job that failed, from Manager.JobCompleted.
CommandError to_job_error(std::string_view error, const std::string& message, const std::string& hint);

} // namespace bgs2::cli
