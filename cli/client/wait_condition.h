// SPDX-License-Identifier: Apache-2.0
// What is waited for: modems in certain states. Pure, but for links to device nodes.
#pragma once

#include "cli/client/bus.h"
#include "cli/client/objects.h"
#include "daemon/base/error.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bgs2::cli {

/// The states of a list with commas, "compliant,drifted". Errors: InvalidArgument (a word that is no state).
Expected<std::vector<std::string>> states_of(std::string_view list);

/// How what is waited for stands.
struct WaitStatus {
    bool met = false;
    std::vector<Modem> modems; ///< those that meet it; if it is not met, those that do not

    bool operator==(const WaitStatus&) const = default;
};

class WaitCondition {
  public:
    /// `selector` as the M of a command line; empty means all there are, "any" one of them. `states` are not
    /// empty.
    WaitCondition(std::string selector, std::vector<std::string> states);

    /// Errors: InvalidArgument (the selector means several, or nothing).
    [[nodiscard]] Expected<WaitStatus> evaluate(std::span<const Modem> modems) const;

    /// Why it is not met.
    [[nodiscard]] Error unmet(const WaitStatus& status) const;

  private:
    [[nodiscard]] bool is_met_by(const Modem& modem) const;

    std::string selector_;
    std::vector<std::string> states_;
};

/// The same where there is no daemon.
Error no_daemon_came();

/// Whether the event may have changed a modem's state, or which modems there are.
bool concerns_modems(const BusSignal& event);

} // namespace bgs2::cli
