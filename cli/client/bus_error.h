// SPDX-License-Identifier: Apache-2.0
// A D-Bus error, as the failure that bgs2ctl reports.
#pragma once

#include "cli/terminal/command_error.h"

#include <string_view>

namespace bgs2::cli {

/// `name` and `message` of a method's error answer: bgs2d's own errors (io.bgs2d1.Error.*, whose message is
/// "what (hint)"), and those by which the bus says that there is no bgs2d, that a right is missing, or that
/// nothing answers.
CommandError to_command_error(std::string_view name, std::string_view message);

/// The failure behind the `error` and `message` of Manager.JobCompleted.
CommandError to_job_error(std::string_view error, const std::string& message, const std::string& hint);

} // namespace bgs2::cli
