// SPDX-License-Identifier: Apache-2.0
// Finds the problems that prevent the provisioning of modems, and what to do about them. Pure.
#pragma once

#include "cli/doctor/diagnostic.h"
#include "cli/doctor/system_snapshot.h"

#include <span>
#include <string>
#include <vector>

namespace bgs2::cli {

/// Errors first, then warnings, then notes.
std::vector<Diagnostic> diagnose(const SystemSnapshot& snapshot);

/// One line: the number of problems ("1 error, 2 warnings"), or, if there are none, of modems and policies
/// ("no problems found: 1 modem compliant, 2 policies").
std::string summary(const SystemSnapshot& snapshot, std::span<const Diagnostic> diagnostics);

} // namespace bgs2::cli
