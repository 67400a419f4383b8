// SPDX-License-Identifier: Apache-2.0
// A plan with all that its frames need: read and checked before anything is sent to the modem.
#pragma once

#include "daemon/base/error.h"
#include "daemon/modem/desired.h"
#include "daemon/modem/encoder.h"
#include "daemon/modem/modem_record.h"
#include "daemon/modem/plan.h"
#include "daemon/pki/preflight.h"
#include "daemon/policy/model.h"
#include "daemon/policy/modem_attributes.h"
#include "daemon/sbnw/slots.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
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
    ModemRecord record; ///< what was written to the modem before
    std::string place;  ///< place_of() its port
    std::chrono::sys_seconds now;
};

/// A step with its content. Its frames are encoded when they are sent, so that keys stay in secure memory for
/// a short time only.
struct PreparedStep {
    PlanStep step;
    SlotContent content;                          ///< of the slot after the step
    std::shared_ptr<const pki::KeyPair> key_pair; ///< to be encoded; null: none
    std::shared_ptr<const pki::Secret> frame;     ///< encoded elsewhere, sent unchanged; null: none
    std::uint64_t size = 0;                       ///< of its frame, in bytes
};

/// The frame of a step. Throws as Encoder does.
pki::Secret encode(const Encoder& encoder, const PreparedStep& step);

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
    Contents desired;
    std::vector<PlanStep> needed;
    std::vector<PreparedStep> steps;        ///< `needed`; empty if there is a blocker
    std::shared_ptr<const Encoder> encoder; ///< for `steps`; null if there is a blocker
    std::optional<Error> blocker;           ///< why nothing is sent
    std::vector<SlotFinding> findings;
    std::optional<SlotAddress> unverifiable; ///< the first slot that cannot be compared with `desired`
    std::optional<Expiry> expiry;            ///< the first certificate of `desired` to expire
    std::optional<std::chrono::sys_seconds> valid_from; ///< when the next of them becomes valid
};

/// The preflight's findings about all desired slots.
std::vector<SlotFinding> findings(const Desired& desired, const PlanRequest& request);

/// Encodes each step once, to learn its size and its errors, and sets `encoder` or `blocker`. A blocker:
/// those of Encoder and may_write_key().
void complete(PreparedPlan& prepared_plan, std::vector<PreparedStep> steps, std::optional<Signing> signing,
              const PlanRequest& request);

/// Reads files and tokens, and decrypts keys, which may take long. An error about a certificate that the
/// modem already holds is a finding, not a blocker. Blockers: the errors of load_desired(), pki::preflight()
/// and complete().
PreparedPlan prepare(const PlanRequest& request);

} // namespace bgs2
