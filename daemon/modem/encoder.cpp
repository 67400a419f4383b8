// SPDX-License-Identifier: Apache-2.0
#include "daemon/modem/encoder.h"

#include "daemon/sbnw/signature.h"

#include <cstdint>
#include <utility>

namespace bgs2 {

using sbnw::SecureCommand;

pki::Secret Encoder::write(const SlotAddress& address, const pki::KeyPair& key_pair) const {
    SecureCommand command;
    command.slot = static_cast<std::uint16_t>(address.slot);
    command.certificate = key_pair.certificate;
    command.private_key = key_pair.key.clone();
    return frame(std::move(command));
}

pki::Secret Encoder::erase(const SlotAddress& address) const {
    SecureCommand command;
    command.command = sbnw::Command::delete_certificate;
    command.slot = static_cast<std::uint16_t>(address.slot);
    return frame(std::move(command));
}

pki::Secret Encoder::frame(SecureCommand command) const {
    if (signing_) {
        if (signing_->imei)
            command.imei = imei_;
        value_or_throw(sbnw::sign(command, *signing_->signer, signing_->digest));
    }
    return value_or_throw(sbnw::encode(command));
}

} // namespace bgs2
