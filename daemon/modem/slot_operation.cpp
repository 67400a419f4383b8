// SPDX-License-Identifier: Apache-2.0
#include "daemon/modem/slot_operation.h"

#include "daemon/pki/key_file.h"
#include "daemon/pki/key_pair.h"
#include "daemon/policy/model.h"
#include "daemon/sbnw/frame.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace bgs2 {
namespace {

/// For messages.
constexpr const char* source = "the supplied certificate";

Expected<pki::KeyPair> load(const InstallRequest& install_request) {
    pki::Sources sources{.certificate = install_request.certificate.bytes(),
                         .certificate_name = source,
                         .key = std::nullopt,
                         .key_name = "the supplied private key",
                         .loaded_key = nullptr,
                         .passphrase = install_request.passphrase ? &*install_request.passphrase : nullptr,
                         .key_from_certificate = install_request.address == client_address};
    if (install_request.private_key)
        sources.key = install_request.private_key->bytes();
    return pki::load(sources, install_request.format, pki::KeyFormat::pkcs8);
}

/// A key that bgs2d cannot read is one all the same, but no policy's.
std::string key_in(const sbnw::SecureCommand& command) {
    if (command.private_key.empty())
        return {};
    const auto key = pki::load_private_key(command.private_key.bytes(), "the private key", nullptr);
    return key ? key->public_key().fingerprint() : "unreadable";
}

SlotContent content_of(const sbnw::SecureCommand& command) {
    return {.certificate = digests_of(command.certificate), .key = key_in(command)};
}

/// Errors: InvalidArgument.
Expected<SlotAddress> address_of(const sbnw::Frame& frame, Store store) {
    if (frame.find(sbnw::ParameterId::slot) == nullptr)
        return fail(ErrorCode::invalid_argument, "the frame names no slot", "see 'bgs2ctl frame decode'");
    return SlotAddress{.store = store, .slot = sbnw::command_of(frame).slot};
}

} // namespace

Expected<SlotOperation> make_install(const InstallRequest& install_request, const PlanRequest& request) {
    auto key_pair = load(install_request);
    if (!key_pair)
        return std::unexpected(std::move(key_pair.error()));
    const bool has_key = !key_pair->key.empty();
    const std::string subject = key_pair->chain.front().subject();
    SlotContent content = content_of(*key_pair);
    Desired desired;
    desired.slots.push_back({.address = install_request.address,
                             .source = source,
                             .key_pair = std::make_shared<const pki::KeyPair>(std::move(*key_pair)),
                             .lagging = {}});
    auto found = findings(desired, request);
    const auto error = std::ranges::find(found, pki::Severity::error, &SlotFinding::severity);
    if (error != found.end())
        return std::unexpected(std::move(error->error));
    return SlotOperation{.task = {.operation = Operation::install,
                                  .slot = install_request.address,
                                  .description = fmt::format("install {}{} into {}", subject,
                                                             has_key ? " with its private key" : "",
                                                             to_string(install_request.address))},
                         .address = install_request.address,
                         .action = Action::write,
                         .slot = std::move(desired.slots.front()),
                         .frame = nullptr,
                         .content = std::move(content),
                         .findings = std::move(found)};
}

SlotOperation make_erase(const SlotAddress& address) {
    return SlotOperation{.task = {.operation = Operation::erase,
                                  .slot = address,
                                  .description = "erase " + to_string(address)},
                         .address = address,
                         .action = Action::erase,
                         .slot = std::nullopt,
                         .frame = nullptr,
                         .content = {},
                         .findings = {}};
}

Expected<SlotOperation> make_send(Store store, pki::Secret frame, const std::string& imei) {
    const auto decoded = sbnw::decode(std::as_const(frame).bytes());
    if (!decoded)
        return std::unexpected(decoded.error());
    const auto address = address_of(*decoded, store);
    if (!address)
        return std::unexpected(address.error());
    const sbnw::SecureCommand command = command_of(*decoded);
    if (command.imei && *command.imei != imei)
        return fail(ErrorCode::invalid_argument,
                    fmt::format("the frame is for the modem {}, this is {}", *command.imei, imei),
                    "encode a frame for this modem");
    if (command.store && *command.store != word(store))
        return fail(ErrorCode::invalid_argument,
                    fmt::format("the frame is for the store {}, not for {}", *command.store, word(store)),
                    "send it to the store that the frame names");
    const bool writes = command.command == sbnw::Command::write_certificate;
    if (writes && command.certificate.empty())
        return fail(ErrorCode::invalid_argument, "the frame writes a slot, but has no certificate",
                    "see 'bgs2ctl frame decode'");
    return SlotOperation{
        .task = {.operation = Operation::send,
                 .slot = *address,
                 .description = fmt::format("send a frame of {} bytes that {} {}", frame.size(),
                                            writes ? "writes" : "erases", to_string(*address))},
        .address = *address,
        .action = writes ? Action::write : Action::erase,
        .slot = std::nullopt,
        .frame = std::make_shared<const pki::Secret>(std::move(frame)),
        .content = writes ? content_of(command) : SlotContent{},
        .findings = {}};
}

PreparedPlan prepare(const PlanRequest& request, const SlotOperation& change) {
    PreparedPlan prepared_plan;
    prepared_plan.findings = change.findings;
    const SlotAddress& address = change.address;
    const auto held = request.present.find(address);
    const bool is_there = held != request.present.end();
    const PlanStep step{.address = address,
                        .action = change.action,
                        .occupied = is_there && !held->second.empty(),
                        .before = is_there ? held->second.thumbprint : std::string(),
                        .reason = change.task.description};
    prepared_plan.needed.push_back(step);
    auto signing = load_signing(request.policy, request.attributes, request.credentials);
    if (!signing) {
        prepared_plan.blocker = std::move(signing.error());
        return prepared_plan;
    }
    std::vector<PreparedStep> steps;
    steps.push_back({.step = step,
                     .content = change.content,
                     .key_pair = change.slot ? change.slot->key_pair : nullptr,
                     .frame = change.frame});
    complete(prepared_plan, std::move(steps), std::move(*signing), request);
    return prepared_plan;
}

} // namespace bgs2
