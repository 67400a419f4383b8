// SPDX-License-Identifier: Apache-2.0
// What keeps the modems of a gateway from being provisioned, and what to do about it. Pure.
#pragma once

#include "cli/doctor/diagnostic.h"
#include "cli/doctor/system_snapshot.h"

#include <span>
#include <string>
#include <vector>

namespace bgs2::cli {

/// Errors first, then warnings, then notes.
std::vector<Diagnostic> diagnose(const SystemSnapshot& snapshot);

/// One line: how much is wrong ("1 error, 2 warnings"), or that nothing is, and what there is ("1 modem
/// compliant, 2 policies").
std::string summary(const SystemSnapshot& snapshot, std::span<const Diagnostic> diagnostics);

} // namespace bgs2::cli
