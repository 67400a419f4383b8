// SPDX-License-Identifier: Apache-2.0
// Checks a secure command against the state of the module. Pure: the caller applies the change.
#pragma once

#include "tests/sim/bytes.h"
#include "tests/sim/result_code.h"
#include "tests/sim/secure_command.h"
#include "tests/sim/signing_key.h"
#include "tests/sim/slots.h"

#include <expected>
#include <optional>
#include <string>

namespace bgs2::sim {

/// The attributes of the module that a frame must match.
struct SecureService {
    std::string imei;
    std::optional<SigningKey> signer; ///< set: secure mode, accepts only commands signed with this key
    bool chains = false;              ///< accepts a PEM chain as certificate

    /// The change of the slots of `store`, or the reason for refusing it. In secure mode an occupied slot
    /// must be erased before it is written (protocol.md §3).
    [[nodiscard]] std::expected<Change, Refusal> decide(const SecureCommand& command,
                                                        const std::string& store, const Slots& slots) const;
};

} // namespace bgs2::sim
