// SPDX-License-Identifier: Apache-2.0
// A plan with its frames: read, checked and encoded before anything is sent to the modem.
#pragma once

#include "daemon/base/error.h"
#include "daemon/modem/desired.h"
#include "daemon/modem/encoder.h"
#include "daemon/modem/plan.h"
#include "daemon/pki/preflight.h"
#include "daemon/policy/model.h"
#include "daemon/policy/modem_attributes.h"
#include "daemon/sbnw/slots.h"

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace bgs2 {

/// The input of prepare().
struct PlanRequest {
    policy::Policy policy;
    policy::ModemAttributes attributes;
    std::filesystem::path credentials; ///< $CREDENTIALS_DIRECTORY; empty if it is not set
    sbnw::Inventory present;           ///< the slots as last read
    std::optional<SlotAddress> only;
    Thumbprints keyless; ///< certificates that the module holds without their private key, which reading back
                         ///< does not show
    std::chrono::sys_seconds now;
};

/// A preflight finding about one slot.
struct SlotFinding {
    SlotAddress address;
    pki::Severity severity = pki::Severity::error;
    Error error; ///< names slot and source

    bool operator==(const SlotFinding&) const = default;
};

struct Expiry {
    SlotAddress address;
    std::chrono::sys_seconds when;

    bool operator==(const Expiry&) const = default;
};

struct PreparedPlan {
    Thumbprints desired;
    std::vector<PlanStep> needed;
    std::vector<PreparedStep> steps; ///< `needed`, encoded; empty if there is a blocker
    std::optional<Error> blocker;    ///< why nothing is sent
    std::vector<SlotFinding> findings;
    std::optional<Expiry> expiry; ///< the first certificate of `desired` to expire
};

/// The preflight's findings about all desired slots.
std::vector<SlotFinding> findings(const Desired& desired, const PlanRequest& request);

/// Reads files and tokens, and decrypts keys, which may take long. An error about a certificate that the
/// modem already holds is a finding, not a blocker. Blockers: the errors of load_desired(), pki::preflight(),
/// sbnw::encode() and sbnw::sign().
PreparedPlan prepare(const PlanRequest& request);

} // namespace bgs2
