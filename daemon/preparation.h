// What carrying out a policy takes, read, checked and encoded before the modem sees an octet of it.
#pragma once

#include "daemon/desired.h"
#include "daemon/encoder.h"
#include "daemon/error.h"
#include "daemon/pki/preflight.h"
#include "daemon/plan.h"
#include "daemon/policy/model.h"
#include "daemon/policy/subject.h"
#include "daemon/sbnw/slots.h"

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace bgs2 {

/// A policy and a modem to make ready for.
struct Order {
    policy::Policy policy;
    policy::Subject subject;
    std::filesystem::path credentials; ///< $CREDENTIALS_DIRECTORY; empty if there is none
    sbnw::Inventory present;           ///< what the modem holds
    std::optional<sbnw::SlotAddress> only;
    Thumbprints keyless; ///< what it holds without the private key, though nothing reads back so
    std::chrono::sys_seconds now;
};

/// What the preflight says of one slot.
struct SlotFinding {
    sbnw::SlotAddress address;
    pki::Severity severity = pki::Severity::error;
    Error error; ///< names slot and source

    bool operator==(const SlotFinding&) const = default;
};

struct Expiry {
    sbnw::SlotAddress address;
    std::chrono::sys_seconds when;

    bool operator==(const Expiry&) const = default;
};

struct Preparation {
    Thumbprints desired;
    std::vector<Step> needed;
    std::vector<PreparedStep> steps; ///< `needed`, ready to be sent; none if there is an obstacle
    std::optional<Error> obstacle;   ///< why nothing may be sent
    std::vector<SlotFinding> findings;
    std::optional<Expiry> expiry; ///< the first certificate of `desired` to expire
};

/// What the preflight says of all that is to be written.
std::vector<SlotFinding> findings(const Desired& desired, const Order& order);

/// Reads files and tokens, and may take long over an encrypted key. What speaks against a certificate that
/// the modem holds already is told and is no obstacle. Obstacles: those of load_desired(), pki::preflight(),
/// sbnw::encode() and sbnw::sign().
Preparation prepare(const Order& order);

} // namespace bgs2
