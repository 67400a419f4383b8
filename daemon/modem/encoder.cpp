// SPDX-License-Identifier: Apache-2.0
#include "daemon/modem/encoder.h"

#include "daemon/sbnw/signature.h"

#include <utility>

namespace bgs2 {

using sbnw::SecureCommand;

std::uint64_t size_of(const PreparedStep& step) {
    std::uint64_t size = 0;
    for (const pki::Secret& frame : step.frames)
        size += frame.size();
    return size;
}

std::uint64_t size_of(const std::vector<PreparedStep>& steps) {
    std::uint64_t size = 0;
    for (const PreparedStep& step : steps)
        size += size_of(step);
    return size;
}

PreparedStep Encoder::encode(const PlanStep& step, const pki::KeyPair* key_pair) const {
    PreparedStep prepared{.step = step, .frames = {}, .thumbprint = {}, .rollback = {}};
    if (key_pair == nullptr) {
        prepared.frames.push_back(erase(step.address));
        return prepared;
    }
    prepared.thumbprint = key_pair->thumbprint();
    // A module that requires signed commands does not overwrite a slot (protocol.md §3).
    if (signing_ && step.occupied)
        prepared.frames.push_back(erase(step.address));
    SecureCommand command;
    command.slot = static_cast<std::uint16_t>(step.address.slot);
    command.certificate = key_pair->certificate;
    command.private_key = key_pair->key.clone();
    prepared.frames.push_back(frame(std::move(command)));
    if (!key_pair->key.empty())
        prepared.rollback = erase(step.address);
    return prepared;
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
