// What state a modem is in, and whether something is to be done about it: the table of ARCHITECTURE.md. Pure.
#pragma once

#include "daemon/error.h"
#include "daemon/modem_state.h"
#include "daemon/plan.h"
#include "daemon/policy/model.h"
#include "daemon/preparation.h"
#include "daemon/retries.h"

#include <chrono>
#include <optional>
#include <string>

namespace bgs2 {

/// All that the state follows from, once the slots were read.
struct Circumstances {
    const policy::Policy* policy = nullptr; ///< null: none is for the modem
    std::string policy_problem;      ///< why there are no policies at all; empty if that is as it should be
    std::optional<Error> unreadable; ///< why the slots can not be read, ever
    Preparation preparation;         ///< with a policy only; frames are not looked at
    std::optional<Error> exhausted;  ///< why the same is not to be written once more
    std::optional<Failure> failure;
    bool held = false; ///< somebody cancelled the provisioning
    std::chrono::steady_clock::time_point now;
    std::chrono::sys_seconds date;
};

struct Verdict {
    ModemState state = ModemState::unmanaged;
    std::string reason;
    std::string hint;
    bool wanted = false; ///< it is to be provisioned at once; `state` is of no interest then
    std::optional<sbnw::SlotAddress> expiring; ///< whose certificate has to be renewed

    bool operator==(const Verdict&) const = default;
};

Verdict judge(const Circumstances& it);

/// "the certificate of slot 0 expires in 12 days"; nothing while it ends later than `renew_before` from now.
/// One that has expired is told of in any case.
std::optional<std::string> expiry_notice(const Expiry& expiry, std::chrono::milliseconds renew_before,
                                         std::chrono::sys_seconds date);

} // namespace bgs2
