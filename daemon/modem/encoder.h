// SPDX-License-Identifier: Apache-2.0
// Encodes the steps of a plan as frames.
#pragma once

#include "daemon/base/slot_address.h"
#include "daemon/modem/desired.h"
#include "daemon/modem/plan.h"
#include "daemon/pki/secret.h"
#include "daemon/sbnw/frame.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bgs2 {

/// A step and the frames that carry it out.
struct PreparedStep {
    PlanStep step;
    std::vector<pki::Secret> frames; ///< to be sent one after another
    std::string thumbprint;          ///< the thumbprint expected on reading back; empty: the slot is empty
    std::optional<pki::Secret> rollback; ///< erases a slot that kept its certificate without the private key
};

/// The size of all frames in bytes.
std::uint64_t size_of(const PreparedStep& step);
std::uint64_t size_of(const std::vector<PreparedStep>& steps);

/// Encodes for one modem, and signs if `signing` is set. Throws Exception: the errors of sbnw::encode() and
/// sbnw::sign().
class Encoder {
  public:
    /// `signing` and `imei` live longer than this.
    Encoder(const std::optional<Signing>& signing, const std::string& imei)
      : signing_(signing)
      , imei_(imei) {}

    /// Frames that write `key_pair`, or erase the slot if it is null.
    [[nodiscard]] PreparedStep encode(const PlanStep& step, const pki::KeyPair* key_pair) const;

    /// A frame that erases the slot.
    [[nodiscard]] pki::Secret erase(const SlotAddress& address) const;

  private:
    [[nodiscard]] pki::Secret frame(sbnw::SecureCommand command) const;

    const std::optional<Signing>& signing_;
    const std::string& imei_;
};

} // namespace bgs2
