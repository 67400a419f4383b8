// SPDX-License-Identifier: Apache-2.0
// Binds the private keys of a modem to the port where it was first provisioned. SECURITY.md says against
// whom that helps.
#pragma once

#include "daemon/base/error.h"
#include "daemon/base/port_info.h"
#include "daemon/modem/modem_record.h"
#include "daemon/policy/model.h"

#include <string>

namespace bgs2 {

/// The place where a device can be plugged in: for USB udev's ID_PATH without the interface, since a modem
/// answers on several; otherwise the device node.
std::string place_of(const PortInfo& port);

/// Whether a private key may be written to the modem with this record at `place`: at the recorded place, or
/// if nothing is recorded yet, the policy names ports or properties, or does not bind. Errors: NotTrusted.
Expected<void> may_write_key(const policy::Policy& policy, const ModemRecord& record,
                             const std::string& place);

/// The error, NotTrusted, of two modems with one IMEI on these ports.
Error imei_twice(const std::string& imei, const std::string& port, const std::string& other_port);

} // namespace bgs2
