// SPDX-License-Identifier: Apache-2.0
// The part of the module that decides on a frame. Pure: it says what would change, it changes nothing.
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

/// What the module holds a frame against.
struct SecureService {
    std::string imei;
    std::optional<SigningKey> signer; ///< secure mode: obey this key only
    bool chains = false;              ///< a PEM chain is a certificate too

    /// What the command asks of the slots of `store`, or why not. In secure mode an occupied slot must be
    /// emptied before it is written (protocol.md §3).
    [[nodiscard]] std::expected<Change, Refusal> decide(const SecureCommand& command,
                                                        const std::string& store, const Slots& slots) const;
};

} // namespace bgs2::sim
