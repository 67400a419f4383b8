#include "daemon/change.h"

#include "daemon/pki/certificate.h"
#include "daemon/pki/credential.h"
#include "daemon/policy/model.h"
#include "daemon/sbnw/frame.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace bgs2 {
namespace {

/// For messages.
constexpr const char* source = "the certificate handed over";

Expected<pki::Credential> load(const Handover& handover) {
    pki::Sources sources{.certificate = handover.certificate.bytes(),
                         .certificate_name = source,
                         .key = std::nullopt,
                         .key_name = "the private key handed over",
                         .loaded_key = nullptr,
                         .passphrase = handover.passphrase ? &*handover.passphrase : nullptr,
                         .key_from_certificate = handover.address == policy::client_address};
    if (handover.private_key)
        sources.key = handover.private_key->bytes();
    return pki::load(sources, handover.format, pki::KeyFormat::pkcs8);
}

/// Errors: InvalidArgument.
Expected<sbnw::SlotAddress> address_of(const sbnw::Frame& frame, sbnw::Store store) {
    if (frame.find(sbnw::ParameterId::slot) == nullptr)
        return fail(ErrorCode::invalid_argument, "the frame names no slot", "see 'bgs2ctl frame decode'");
    return sbnw::SlotAddress{.store = store, .slot = sbnw::command_of(frame).slot};
}

} // namespace

Expected<Change> to_install(const Handover& handover, const Order& order) {
    auto credential = load(handover);
    if (!credential)
        return std::unexpected(std::move(credential.error()));
    const bool has_key = !credential->key.empty();
    const std::string subject = credential->chain.front().subject();
    Desired desired;
    desired.slots.push_back(
        {.address = handover.address, .source = source, .credential = std::move(*credential), .lagging = {}});
    auto found = findings(desired, order);
    const auto error = std::ranges::find(found, pki::Severity::error, &SlotFinding::severity);
    if (error != found.end())
        return std::unexpected(std::move(error->error));
    return Change{.task = {.operation = Operation::install,
                           .slot = handover.address,
                           .description = fmt::format("install {}{} into {}", subject,
                                                      has_key ? " with its private key" : "",
                                                      to_string(handover.address))},
                  .address = handover.address,
                  .action = Action::write,
                  .slot = std::move(desired.slots.front()),
                  .frame = std::nullopt,
                  .thumbprint = {},
                  .findings = std::move(found)};
}

Change to_erase(const sbnw::SlotAddress& address) {
    return Change{.task = {.operation = Operation::erase,
                           .slot = address,
                           .description = "erase " + to_string(address)},
                  .address = address,
                  .action = Action::erase,
                  .slot = std::nullopt,
                  .frame = std::nullopt,
                  .thumbprint = {},
                  .findings = {}};
}

Expected<Change> to_send(sbnw::Store store, pki::Secret frame, const std::string& imei) {
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
                    "such a frame is good for one modem only: make one for this");
    if (command.store && *command.store != word(store))
        return fail(ErrorCode::invalid_argument,
                    fmt::format("the frame is for the store {}, not for {}", *command.store, word(store)),
                    fmt::format("send it to {}", *command.store));
    const bool writes = command.command == sbnw::Command::write_certificate;
    if (writes && command.certificate.empty())
        return fail(ErrorCode::invalid_argument, "the frame writes a slot, but has no certificate",
                    "see 'bgs2ctl frame decode'");
    return Change{.task = {.operation = Operation::send,
                           .slot = *address,
                           .description = fmt::format("send a frame of {} octets that {} {}", frame.size(),
                                                      writes ? "writes" : "erases", to_string(*address))},
                  .address = *address,
                  .action = writes ? Action::write : Action::erase,
                  .slot = std::nullopt,
                  .frame = std::move(frame),
                  .thumbprint = writes ? pki::sha1_hex(command.certificate) : std::string(),
                  .findings = {}};
}

Preparation prepare(const Order& order, const Change& change) {
    Preparation preparation;
    preparation.findings = change.findings;
    const sbnw::SlotAddress& address = change.address;
    const auto held = order.present.find(address);
    const bool is_there = held != order.present.end();
    const Step step{.address = address,
                    .action = change.action,
                    .occupied = is_there && !held->second.empty(),
                    .before = is_there ? held->second.thumbprint : std::string(),
                    .reason = change.task.description};
    preparation.needed.push_back(step);
    try {
        const auto signing = value_or_throw(load_signing(order.policy, order.subject, order.credentials));
        const Encoder encoder(signing, order.subject.imei);
        if (change.frame) {
            PreparedStep prepared{.step = step, .frames = {}, .thumbprint = change.thumbprint, .retreat = {}};
            prepared.frames.push_back(change.frame->clone());
            if (change.action == Action::write)
                prepared.retreat = encoder.erase(address);
            preparation.steps.push_back(std::move(prepared));
        } else {
            preparation.steps.push_back(
                encoder.encode(step, change.slot ? &change.slot->credential : nullptr));
        }
    } catch (const Exception& e) {
        preparation.obstacle = e.error();
    }
    return preparation;
}

} // namespace bgs2
