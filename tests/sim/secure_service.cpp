// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/secure_service.h"

#include "tests/sim/certificate.h"

#include <fmt/format.h>

namespace bgs2::sim {
namespace {

std::unexpected<Refusal> refuse_with(std::string reason, ResultCode result = ResultCode::refused) {
    return std::unexpected(Refusal{.result = result, .reason = std::move(reason)});
}

} // namespace

std::expected<Change, Refusal> SecureService::decide(const SecureCommand& command, const std::string& store,
                                                     const Slots& slots) const {
    if (signer && !command.signature)
        return refuse_with("the command is not signed, but this module is in secure mode");
    if (signer && !signer->verify(*command.signature, command.signed_bytes))
        return refuse_with("the signature was made with another key, or the command was changed since");
    if (command.imei && *command.imei != imei)
        return refuse_with(fmt::format("the command is for the IMEI {}, this is {}", *command.imei, imei));
    if (command.store && *command.store != store)
        return refuse_with(
            fmt::format("the command is for the store {}, the dialogue for {}", *command.store, store));
    if (command.slot > last_slot)
        return refuse_with(fmt::format("slot {} is beyond {}", command.slot, last_slot));

    Change change{.store = store, .slot = command.slot, .content = std::nullopt};
    if (command.verb == SecureCommand::Verb::erase)
        return change;

    if (!command.certificate)
        return refuse_with("the certificate is missing", ResultCode::certificate_corrupted);
    const auto thumbprint = der_thumbprint(*command.certificate, chains);
    if (!thumbprint)
        return refuse_with(chains ? "the certificate is neither DER nor PEM" : "the certificate is not DER",
                           ResultCode::certificate_corrupted);
    if (command.thumbprint && *command.thumbprint != *thumbprint)
        return refuse_with(fmt::format("the thumbprint is {}, that of the certificate is {}",
                                       *command.thumbprint, *thumbprint));
    if (signer && slots.at(store, command.slot) != nullptr)
        return refuse_with(
            fmt::format("slot {} is occupied; in secure mode it must be erased first", command.slot));
    if (command.private_key && command.slot != 0)
        return refuse_with("only slot 0 takes a private key", ResultCode::key_removed);
    if (command.private_key && !key_matches(*command.private_key, *command.certificate, chains))
        return refuse_with("the private key is not unencrypted DER, or does not match the certificate",
                           ResultCode::key_removed);

    change.content = Stored{.certificate = *command.certificate, .private_key = command.private_key};
    return change;
}

} // namespace bgs2::sim
