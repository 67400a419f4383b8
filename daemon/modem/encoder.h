// SPDX-License-Identifier: Apache-2.0
// Encodes secure commands for one modem.
#pragma once

#include "daemon/base/slot_address.h"
#include "daemon/modem/desired.h"
#include "daemon/pki/key_pair.h"
#include "daemon/pki/secret.h"
#include "daemon/sbnw/frame.h"

#include <optional>
#include <string>

namespace bgs2 {

/// Signs each frame if it has a signing, which may block: a token signs. All functions throw Exception: the
/// errors of sbnw::encode() and sbnw::sign().
class Encoder {
  public:
    Encoder(std::optional<Signing> signing, std::string imei)
      : signing_(std::move(signing))
      , imei_(std::move(imei)) {}

    [[nodiscard]] bool signs() const { return signing_.has_value(); }

    /// A frame that writes the certificate, and the private key if there is one.
    [[nodiscard]] pki::Secret write(const SlotAddress& address, const pki::KeyPair& key_pair) const;

    /// A frame that erases the slot.
    [[nodiscard]] pki::Secret erase(const SlotAddress& address) const;

  private:
    [[nodiscard]] pki::Secret frame(sbnw::SecureCommand command) const;

    std::optional<Signing> signing_;
    std::string imei_;
};

} // namespace bgs2
