// SPDX-License-Identifier: Apache-2.0
// The condition of 'bgs2ctl wait': modems in certain states. Pure, except for links to device nodes.
#pragma once

#include "cli/client/bus.h"
#include "cli/client/objects.h"
#include "daemon/base/error.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bgs2::cli {

/// The states of a list with commas, "compliant,drifted". Errors: InvalidArgument (not a state).
Expected<std::vector<std::string>> states_of(std::string_view list);

/// The result of an evaluation.
struct WaitStatus {
    bool met = false;
    std::vector<Modem> modems; ///< those that meet the condition; if `met` is false, those that do not

    bool operator==(const WaitStatus&) const = default;
};

class WaitCondition {
  public:
    /// `selector` is the M of a command line; empty means all modems, "any" at least one. `states` is not
    /// empty.
    WaitCondition(std::string selector, std::vector<std::string> states);

    /// Errors: InvalidArgument (the selector is ambiguous or invalid).
    [[nodiscard]] Expected<WaitStatus> evaluate(std::span<const Modem> modems) const;

    /// The error if the condition is not met.
    [[nodiscard]] Error unmet(const WaitStatus& status) const;

  private:
    [[nodiscard]] bool is_met_by(const Modem& modem) const;

    std::string selector_;
    std::vector<std::string> states_;
};

/// The same if bgs2d is not running.
Error no_daemon_came();

/// Whether the signal may have changed the state of a modem or the list of modems.
bool concerns_modems(const BusSignal& event);

} // namespace bgs2::cli
