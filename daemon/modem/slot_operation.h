// SPDX-License-Identifier: Apache-2.0
// A change of one slot that a client requests.
#pragma once

#include "daemon/base/error.h"
#include "daemon/base/slot_address.h"
#include "daemon/modem/desired.h"
#include "daemon/modem/job.h"
#include "daemon/modem/plan.h"
#include "daemon/modem/prepared_plan.h"
#include "daemon/pki/format.h"
#include "daemon/pki/secret.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace bgs2 {

/// A certificate and an optional private key from a client: bytes in any supported file format
/// (pki/key_pair.h).
struct InstallRequest {
    SlotAddress address;
    pki::Secret certificate; ///< a PKCS#12 contains the key
    std::optional<pki::Secret> private_key;
    std::optional<pki::Secret> passphrase;
    pki::CertificateFormat format = pki::CertificateFormat::der;
};

struct SlotOperation {
    Task task;
    SlotAddress address; ///< the same as in `task`
    Action action = Action::write;
    std::optional<DesiredSlot> slot;          ///< the content to encode, for an install request
    std::shared_ptr<const pki::Secret> frame; ///< a frame that was encoded elsewhere, sent unchanged
    SlotContent content;                      ///< of the slot afterwards
    std::vector<SlotFinding> findings;        ///< warnings
};

/// Decrypts keys, which may take long. Uses policy, attributes and time of `request`. Errors: those of
/// pki::load() and pki::preflight().
Expected<SlotOperation> make_install(const InstallRequest& install_request, const PlanRequest& request);

SlotOperation make_erase(const SlotAddress& address);

/// Errors: those of sbnw::decode(); InvalidArgument (the frame names no slot or no certificate, or is for
/// another store or another modem).
Expected<SlotOperation> make_send(Store store, pki::Secret frame, const std::string& imei);

/// Encodes the operation, signed if the policy of `request` requires it; a frame that was encoded elsewhere
/// is not changed. Blockers: the errors of load_signing() and complete().
PreparedPlan prepare(const PlanRequest& request, const SlotOperation& change);

} // namespace bgs2
