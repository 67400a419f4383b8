// SPDX-License-Identifier: Apache-2.0
// The codes that bgs2d gives to programs beside the sentences for people. io.bgs2d1.xml explains each word.
#pragma once

#include "daemon/base/words.h"

#include <cstdint>
#include <string_view>

namespace bgs2 {

/// Modem.State.
enum class ModemState : std::uint8_t {
    reading,
    unmanaged,
    compliant,
    drifted,
    provisioning,
    waiting, ///< is to be written, and another program has the port
    failed,  ///< is retried automatically
    blocked, ///< requires manual intervention
};

consteval auto words(ModemState) {
    using enum ModemState;
    return EnumTable{Word{reading, "reading"},
                     Word{unmanaged, "unmanaged"},
                     Word{compliant, "compliant"},
                     Word{drifted, "drifted"},
                     Word{provisioning, "provisioning"},
                     Word{waiting, "waiting"},
                     Word{failed, "failed"},
                     Word{blocked, "blocked"}};
}

/// Modem.ReasonCode: the reason for the state of a modem.
enum class ReasonCode : std::uint8_t {
    reading,
    slots_unreadable,
    no_policy,
    policies_invalid,
    policy_ignores,
    compliant,
    expiring,
    policy_manual,
    policy_reports,
    cancelled,
    provisioning,
    changing,
    preflight_failed,
    attempt_failed,
    not_kept,
    imei_twice,
    unverifiable,
    port_in_use,
};

consteval auto words(ReasonCode) {
    using enum ReasonCode;
    return EnumTable{Word{reading, "reading"},
                     Word{slots_unreadable, "slots-unreadable"},
                     Word{no_policy, "no-policy"},
                     Word{policies_invalid, "policies-invalid"},
                     Word{policy_ignores, "policy-ignores"},
                     Word{compliant, "compliant"},
                     Word{expiring, "expiring"},
                     Word{policy_manual, "policy-manual"},
                     Word{policy_reports, "policy-reports"},
                     Word{cancelled, "cancelled"},
                     Word{provisioning, "provisioning"},
                     Word{changing, "changing"},
                     Word{preflight_failed, "preflight-failed"},
                     Word{attempt_failed, "attempt-failed"},
                     Word{not_kept, "not-kept"},
                     Word{imei_twice, "imei-twice"},
                     Word{unverifiable, "unverifiable"},
                     Word{port_in_use, "port-in-use"}};
}

/// `code` of ListPorts, unless an error is the reason for the state of the port: then it is the error's word.
enum class PortCode : std::uint8_t {
    not_named,
    excluded,
    absent,
    probing,
    identified,
    duplicate,
    imei_twice, ///< another port, of another device, has a modem with the same IMEI
};

consteval auto words(PortCode) {
    using enum PortCode;
    return EnumTable{Word{not_named, "not-named"},   Word{excluded, "excluded"},
                     Word{absent, "absent"},         Word{probing, "probing"},
                     Word{identified, "identified"}, Word{duplicate, "duplicate"},
                     Word{imei_twice, "imei-twice"}};
}

/// Modem.PortUse, and `use` of ListPorts.
enum class PortUse : std::uint8_t {
    released, ///< bgs2d does not have the port, and does not need it
    waiting,  ///< bgs2d needs the port, and another program has it
    borrowed, ///< bgs2d has the port
};

consteval auto words(PortUse) {
    using enum PortUse;
    return EnumTable{Word{released, "released"}, Word{waiting, "waiting"}, Word{borrowed, "borrowed"}};
}

/// Job.StepCode.
enum class StepCode : std::uint8_t {
    waiting,
    reading,
    writing,
    erasing,
    verifying,
    done,
    failed,
};

struct StepCodeRow {
    StepCode value;
    std::string_view word;
    std::string_view phrase; ///< how Job.Step, which is for people, begins
};

consteval auto words(StepCode) {
    using enum StepCode;
    return EnumTable{StepCodeRow{waiting, "waiting", "waiting"},
                     StepCodeRow{reading, "reading", "reading"},
                     StepCodeRow{writing, "writing", "writing"},
                     StepCodeRow{erasing, "erasing", "erasing"},
                     StepCodeRow{verifying, "verifying", "reading back"},
                     StepCodeRow{done, "done", "done"},
                     StepCodeRow{failed, "failed", "failed"}};
}

} // namespace bgs2
