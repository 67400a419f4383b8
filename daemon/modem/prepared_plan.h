// SPDX-License-Identifier: Apache-2.0
// What carrying out a policy takes, read, checked and encoded before the modem sees a byte of it.
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

/// A policy and a modem to make ready for.
struct PlanRequest {
    policy::Policy policy;
    policy::ModemAttributes attributes;
    std::filesystem::path credentials; ///< $CREDENTIALS_DIRECTORY; empty if there is none
    sbnw::Inventory present;           ///< what the modem holds
    std::optional<SlotAddress> only;
    Thumbprints keyless; ///< what it holds without the private key, though nothing reads back so
    std::chrono::sys_seconds now;
};

/// What the preflight says of one slot.
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
    std::vector<PreparedStep> steps; ///< `needed`, ready to be sent; none if there is an obstacle
    std::optional<Error> blocker;    ///< why nothing may be sent
    std::vector<SlotFinding> findings;
    std::optional<Expiry> expiry; ///< the first certificate of `desired` to expire
};

/// What the preflight says of all that is to be written.
std::vector<SlotFinding> findings(const Desired& desired, const PlanRequest& request);

/// Reads files and tokens, and may take long over an encrypted key. What speaks against a certificate that
/// the modem holds already is told and is no obstacle. Obstacles: those of load_desired(), pki::preflight(),
/// sbnw::encode() and sbnw::sign().
PreparedPlan prepare(const PlanRequest& request);

} // namespace bgs2
