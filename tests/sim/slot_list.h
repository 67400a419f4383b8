// SPDX-License-Identifier: Apache-2.0
// The list of all slots of a store, with its faults.
#pragma once

#include "tests/sim/faults.h"
#include "tests/sim/slots.h"

#include <string>
#include <vector>

namespace bgs2::sim {

/// The lines of AT^SBNR, without line ends. `chains`: the module accepts PEM chains.
std::vector<std::string> slot_list(const Slots& slots, const std::string& store, bool chains, Faults& faults);

} // namespace bgs2::sim
