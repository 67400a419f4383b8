// What keeps the modems of a gateway from being provisioned, and what to do about it. Pure.
#pragma once

#include "cli/complaint.h"
#include "cli/evidence.h"

#include <span>
#include <string>
#include <vector>

namespace bgs2::cli {

/// Errors first, then warnings, then notes.
std::vector<Complaint> diagnose(const Evidence& evidence);

/// One line: how much is wrong ("1 error, 2 warnings"), or that nothing is, and what there is ("1 modem
/// compliant, 2 policies").
std::string summary(const Evidence& evidence, std::span<const Complaint> complaints);

} // namespace bgs2::cli
