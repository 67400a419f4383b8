// What is wrong with the serial ports. Pure.
#pragma once

#include "cli/complaint.h"
#include "cli/evidence.h"

#include <vector>

namespace bgs2::cli {

/// What the ports' states say, who holds a port, which ports nobody named, and, where bgs2d did not say
/// anything, whether it could open them.
std::vector<Complaint> diagnose_ports(const Evidence& evidence);

} // namespace bgs2::cli
