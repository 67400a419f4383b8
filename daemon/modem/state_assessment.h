// SPDX-License-Identifier: Apache-2.0
// Derives the state of a modem, and whether to provision it: the table of ARCHITECTURE.md. Pure.
#pragma once

#include "daemon/base/codes.h"
#include "daemon/base/error.h"
#include "daemon/base/slot_address.h"
#include "daemon/modem/modem_state.h"
#include "daemon/modem/prepared_plan.h"
#include "daemon/modem/retries.h"
#include "daemon/policy/model.h"

#include <chrono>
#include <optional>
#include <string>

namespace bgs2 {

/// The input of assess_state(), once the slots were read.
struct StateInputs {
    const policy::Policy* policy = nullptr;  ///< null: no policy matches
    std::string policy_problem{};            ///< why no policies are active; empty if that is not an error
    std::optional<Error> rivalry{};          ///< another port has the same IMEI
    std::optional<LastFailure> unreadable{}; ///< of a module that cannot list its slots
    PreparedPlan prepared_plan{};            ///< with a policy only; its frames are not used
    std::optional<Error> limit_reached{};    ///< why the same steps are not repeated
    std::optional<LastFailure> failure{};
    bool cancelled = false; ///< a client cancelled the provisioning
    std::chrono::steady_clock::time_point now{};
    std::chrono::sys_seconds date{};
};

struct StateAssessment {
    ModemState state = ModemState::unmanaged;
    ReasonCode code = ReasonCode::no_policy;
    std::optional<ErrorCode> error{}; ///< the error behind `code`, if there is one
    std::string reason{};
    std::string hint{};
    bool wanted = false;                   ///< to be provisioned at once; `state` is not used then
    std::optional<SlotAddress> expiring{}; ///< the slot whose certificate expires soon

    bool operator==(const StateAssessment&) const = default;
};

StateAssessment assess_state(const StateInputs& it);

/// "the certificate of slot 0 expires in 12 days"; nothing if it expires later than `renew_before` from now.
/// An expired certificate is always reported.
std::optional<std::string> expiry_notice(const Expiry& expiry, std::chrono::milliseconds renew_before,
                                         std::chrono::sys_seconds date);

} // namespace bgs2
