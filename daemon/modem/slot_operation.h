// SPDX-License-Identifier: Apache-2.0
// A change of one slot that somebody asks for, whatever the policy is about.
#pragma once

#include "daemon/base/error.h"
#include "daemon/base/slot_address.h"
#include "daemon/modem/desired.h"
#include "daemon/modem/job.h"
#include "daemon/modem/plan.h"
#include "daemon/modem/prepared_plan.h"
#include "daemon/pki/format.h"
#include "daemon/pki/secret.h"

#include <optional>
#include <string>
#include <vector>

namespace bgs2 {

/// A certificate, and perhaps its private key, as they were handed over: bytes in any form that a file of
/// them may have (pki/credential.h).
struct InstallRequest {
    SlotAddress address;
    pki::Secret certificate; ///< secret, since a PKCS#12 has the key in it
    std::optional<pki::Secret> private_key;
    std::optional<pki::Secret> passphrase;
    pki::CertificateFormat format = pki::CertificateFormat::der;
};

struct SlotOperation {
    Task task;
    SlotAddress address; ///< that of the task, too
    Action action = Action::write;
    std::optional<DesiredSlot> slot;   ///< what is to be encoded, of an installation
    std::optional<pki::Secret> frame;  ///< what is sent as it is, of a frame that was made elsewhere
    std::string thumbprint;            ///< what the slot is to read back after `frame`; empty: nothing
    std::vector<SlotFinding> findings; ///< warnings
};

/// May take long over an encrypted key. Of `order`, policy, subject and time count. Errors: those of
/// pki::load() and pki::preflight().
Expected<SlotOperation> make_install(const InstallRequest& install_request, const PlanRequest& request);

SlotOperation make_erase(const SlotAddress& address);

/// Errors: those of sbnw::decode(); InvalidArgument (it names no slot or no certificate, or it is for another
/// store or another modem than this).
Expected<SlotOperation> make_send(Store store, pki::Secret frame, const std::string& imei);

/// Makes it ready to be sent: signed where `order.policy` says so, but for a frame that was made elsewhere.
/// Obstacles: those of load_signing(), sbnw::encode() and sbnw::sign().
PreparedPlan prepare(const PlanRequest& request, const SlotOperation& change);

} // namespace bgs2
