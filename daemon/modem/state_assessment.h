// SPDX-License-Identifier: Apache-2.0
// What state a modem is in, and whether something is to be done about it: the table of ARCHITECTURE.md. Pure.
#pragma once

#include "daemon/base/error.h"
#include "daemon/modem/modem_state.h"
#include "daemon/modem/plan.h"
#include "daemon/modem/prepared_plan.h"
#include "daemon/modem/retries.h"
#include "daemon/policy/model.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace bgs2 {

/// All that the state follows from, once the slots were read.
struct StateInputs {
    const policy::Policy* policy = nullptr; ///< null: none is for the modem
    std::string policy_problem;      ///< why there are no policies at all; empty if that is as it should be
    std::optional<Error> unreadable; ///< why the slots can not be read, ever
    PreparedPlan prepared_plan;      ///< with a policy only; frames are not looked at
    std::optional<Error> limit_reached; ///< why the same is not to be written once more
    std::optional<LastFailure> failure;
    bool held = false; ///< somebody cancelled the provisioning
    std::chrono::steady_clock::time_point now;
    std::chrono::sys_seconds date;
};

struct StateAssessment {
    ModemState state = ModemState::unmanaged;
    std::string_view code; ///< Modem.ReasonCode of io.bgs2d1.xml; of static storage
    std::string reason;
    std::string hint;
    bool wanted = false;                 ///< it is to be provisioned at once; `state` is of no interest then
    std::optional<SlotAddress> expiring; ///< whose certificate has to be renewed

    bool operator==(const StateAssessment&) const = default;
};

StateAssessment assess_state(const StateInputs& it);

/// "the certificate of slot 0 expires in 12 days"; nothing while it ends later than `renew_before` from now.
/// One that has expired is told of in any case.
std::optional<std::string> expiry_notice(const Expiry& expiry, std::chrono::milliseconds renew_before,
                                         std::chrono::sys_seconds date);

} // namespace bgs2
