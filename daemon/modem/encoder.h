// SPDX-License-Identifier: Apache-2.0
// From a step to the bytes that carry it out.
#pragma once

#include "daemon/base/slot_address.h"
#include "daemon/modem/desired.h"
#include "daemon/modem/plan.h"
#include "daemon/pki/secret.h"
#include "daemon/sbnw/frame.h"

#include <optional>
#include <string>
#include <vector>

namespace bgs2 {

/// A step and the bytes that carry it out.
struct PreparedStep {
    PlanStep step;
    std::vector<pki::Secret> frames;     ///< to be sent one after another
    std::string thumbprint;              ///< what the slot is to read back; empty: nothing
    std::optional<pki::Secret> rollback; ///< empties a slot that kept a certificate and not its private key
};

/// The bytes of all frames.
std::uint64_t size_of(const PreparedStep& step);
std::uint64_t size_of(const std::vector<PreparedStep>& steps);

/// Encodes for one modem, and signs if there is something to sign with. Throws Exception: the errors of
/// sbnw::encode() and sbnw::sign().
class Encoder {
  public:
    /// `signing` and `imei` live longer than this.
    Encoder(const std::optional<Signing>& signing, const std::string& imei)
      : signing_(signing)
      , imei_(imei) {}

    /// What writes the credential, or, with null, empties the slot.
    [[nodiscard]] PreparedStep encode(const PlanStep& step, const pki::KeyPair* credential) const;

    /// The frame that empties the slot.
    [[nodiscard]] pki::Secret erase(const SlotAddress& address) const;

  private:
    [[nodiscard]] pki::Secret frame(sbnw::SecureCommand command) const;

    const std::optional<Signing>& signing_;
    const std::string& imei_;
};

} // namespace bgs2
