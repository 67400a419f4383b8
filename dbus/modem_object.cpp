// SPDX-License-Identifier: Apache-2.0
#include "dbus/modem_object.h"

#include "daemon/modem/slot_operation.h"
#include "daemon/pki/file.h"
#include "dbus/error_names.h"
#include "dbus/names.h"
#include "dbus/options.h"

#include <asio/awaitable.hpp>

#include <chrono>
#include <utility>

namespace bgs2::dbus {
namespace {

constexpr const char* modem_adaptor = io::bgs2d1::Modem_adaptor::INTERFACE_NAME;

Dictionary to_dictionary(const sbnw::Slot& slot, Compliance compliance, KeyStatus key) {
    Dictionary dictionary{
        {"size", slot.size},
        {"compliance", word(compliance)},
        {"key", word(key)},
    };
    add_known(dictionary, "subject", slot.subject);
    add_known(dictionary, "issuer", slot.issuer);
    add_known(dictionary, "serial", slot.serial);
    add_known(dictionary, "signature-algorithm", slot.signature_algorithm);
    add_known(dictionary, "thumbprint", slot.thumbprint);
    if (slot.expires)
        dictionary.emplace("expires", seconds(std::chrono::sys_days(*slot.expires)));
    return dictionary;
}

Dictionary to_dictionary(const PreparedStep& prepared) {
    return {
        {"action", word(prepared.step.action)},
        {"store", word(prepared.step.address.store)},
        {"slot", static_cast<std::uint32_t>(prepared.step.address.slot)},
        {"reason", prepared.step.reason},
        {"bytes", static_cast<std::uint32_t>(prepared.size)},
    };
}

Dictionary to_dictionary(const SlotFinding& finding) {
    return {
        {"severity", word(finding.severity)},
        {"store", word(finding.address.store)},
        {"slot", static_cast<std::uint32_t>(finding.address.slot)},
        {"code", word(finding.error.code)},
        {"message", finding.error.what},
        {"hint", finding.error.hint},
    };
}

sdbus::ObjectPath path_of(const Expected<std::shared_ptr<Job>>& job) {
    return job_path(value_or_throw_bus(job)->number());
}

// The modem can leave the bus while these coroutines wait.

asio::awaitable<sdbus::ObjectPath> provision(std::shared_ptr<Authority> authority, Caller caller,
                                             std::shared_ptr<bgs2::Modem> modem, Dictionary options) {
    co_await authority->require(caller, PolkitAction::provision);
    co_return path_of(modem->provision(slot_option(options)));
}

asio::awaitable<sdbus::ObjectPath> refresh(std::shared_ptr<Authority> authority, Caller caller,
                                           std::shared_ptr<bgs2::Modem> modem, Dictionary options) {
    co_await authority->require(caller, PolkitAction::provision);
    no_options(options);
    co_return path_of(modem->refresh());
}

asio::awaitable<sdbus::ObjectPath> install(std::shared_ptr<Authority> authority,
                                           std::shared_ptr<HandOvers> hand_overs, Caller caller,
                                           std::shared_ptr<bgs2::Modem> modem, std::uint32_t slot,
                                           sdbus::UnixFd certificate, Dictionary options) {
    const uid_t user = co_await authority->require(caller, PolkitAction::install_certificate);
    InstallOptions given = install_options(options);
    InstallRequest install_request;
    install_request.address = slot_address(slot, {{"store", word(given.store)}});
    install_request.format = given.format;
    HandOver hand_over(std::move(hand_overs), user);
    install_request.certificate = co_await hand_over.read(std::move(certificate), "the certificate");
    if (given.private_key)
        install_request.private_key =
            co_await hand_over.read(std::move(*given.private_key), "the private key");
    if (given.passphrase) {
        install_request.passphrase = co_await hand_over.read(std::move(*given.passphrase), "the passphrase");
        pki::clean_passphrase(*install_request.passphrase);
    }
    co_return path_of(co_await modem->install(std::move(install_request)));
}

asio::awaitable<sdbus::ObjectPath> erase(std::shared_ptr<Authority> authority, Caller caller,
                                         std::shared_ptr<bgs2::Modem> modem, std::uint32_t slot,
                                         Dictionary options) {
    co_await authority->require(caller, PolkitAction::erase_certificate);
    co_return path_of(modem->request(make_erase(slot_address(slot, options))));
}

asio::awaitable<sdbus::ObjectPath> send(std::shared_ptr<Authority> authority,
                                        std::shared_ptr<HandOvers> hand_overs, Caller caller,
                                        std::shared_ptr<bgs2::Modem> modem, sdbus::UnixFd frame,
                                        Dictionary options) {
    const uid_t user = co_await authority->require(caller, PolkitAction::install_certificate);
    const Store store = store_option(options);
    HandOver hand_over(std::move(hand_overs), user);
    pki::Secret bytes = co_await hand_over.read(std::move(frame), "the frame");
    SlotOperation change = value_or_throw(make_send(store, std::move(bytes), modem->identity().imei));
    if (change.action == Action::erase)
        co_await authority->require(caller, PolkitAction::erase_certificate);
    co_return path_of(modem->request(std::move(change)));
}

asio::awaitable<void> trust(std::shared_ptr<Authority> authority, Caller caller,
                            std::shared_ptr<bgs2::Modem> modem, Dictionary options) {
    co_await authority->require(caller, PolkitAction::provision);
    no_options(options);
    co_await modem->trust();
}

asio::awaitable<std::vector<Dictionary>> plan(std::shared_ptr<bgs2::Modem> modem, Dictionary options) {
    const auto slot = slot_option(options);
    const PreparedPlan prepared_plan = co_await modem->preview(slot);
    std::vector<Dictionary> steps;
    steps.reserve(prepared_plan.steps.size());
    for (const PreparedStep& prepared : prepared_plan.steps)
        steps.push_back(to_dictionary(prepared));
    co_return steps;
}

} // namespace

ModemObject::ModemObject(sdbus::IConnection& connection, ReplyContext context,
                         std::shared_ptr<bgs2::Modem> modem, std::shared_ptr<Authority> authority,
                         std::shared_ptr<HandOvers> hand_overs)
  : AdaptorInterfaces(connection, modem_path(modem->identity().imei))
  , context_(std::move(context))
  , modem_(std::move(modem))
  , authority_(std::move(authority))
  , hand_overs_(std::move(hand_overs))
  , published_(values()) {
    registerAdaptor();
    emitInterfacesAddedSignal({bus::InterfaceName(modem_adaptor)});
}

ModemObject::~ModemObject() {
    try {
        emitInterfacesRemovedSignal({bus::InterfaceName(modem_adaptor)});
    } catch (const sdbus::Error& e) {
        context_.failed("emit InterfacesRemoved of a modem", e);
    }
    unregisterAdaptor();
}

ModemObject::Values ModemObject::values() const {
    const auto retry_at = modem_->retry_at();
    const auto error = modem_->reason_error();
    const bool waits = modem_->state() == ModemState::failed && retry_at;
    return {
        .state = std::string(word(modem_->state())),
        .reason_code = modem_->reason_code(),
        .reason_error = error ? std::string(word(*error)) : "",
        .reason = modem_->reason(),
        .hint = modem_->hint(),
        .policy = modem_->policy(),
        .inventory = modem_->inventory(),
        .compliance = modem_->compliance(),
        .keys = modem_->keys(),
        .findings = modem_->findings(),
        .last_provisioned = seconds(modem_->retained().record.last_provisioned),
        .retry_at = waits ? seconds(*retry_at) : 0,
        .last_verified = seconds(modem_->last_verified()),
        .port_use = modem_->port_use(),
        .port_holder = modem_->port_holder(),
    };
}

void ModemObject::publish() {
    const Values before = std::exchange(published_, values());
    std::vector<std::string> changed;
    const auto compare = [&](const char* name, bool same) {
        if (!same)
            changed.emplace_back(name);
    };
    compare("State", published_.state == before.state);
    compare("ReasonCode", published_.reason_code == before.reason_code);
    compare("ReasonError", published_.reason_error == before.reason_error);
    compare("Reason", published_.reason == before.reason);
    compare("Hint", published_.hint == before.hint);
    compare("Policy", published_.policy == before.policy);
    const bool same_slots = published_.inventory == before.inventory &&
                            published_.compliance == before.compliance && published_.keys == before.keys;
    compare("Slots", same_slots);
    compare("OtherStores", same_slots);
    compare("Findings", published_.findings == before.findings);
    compare("LastProvisioned", published_.last_provisioned == before.last_provisioned);
    compare("RetryAt", published_.retry_at == before.retry_at);
    compare("LastVerified", published_.last_verified == before.last_verified);
    compare("PortUse", published_.port_use == before.port_use);
    compare("PortHolder", published_.port_holder == before.port_holder);
    if (!changed.empty())
        bus::emit_changes(getObject(), modem_adaptor, changed);
}

void ModemObject::Provision(sdbus::Result<sdbus::ObjectPath>&& result, Dictionary options) {
    serve(context_, std::move(result),
          provision(authority_, caller_of(getObject()), modem_, std::move(options)));
}

void ModemObject::InstallCertificate(sdbus::Result<sdbus::ObjectPath>&& result, std::uint32_t slot,
                                     sdbus::UnixFd certificate, Dictionary options) {
    serve(context_, std::move(result),
          install(authority_, hand_overs_, caller_of(getObject()), modem_, slot, std::move(certificate),
                  std::move(options)));
}

void ModemObject::EraseCertificate(sdbus::Result<sdbus::ObjectPath>&& result, std::uint32_t slot,
                                   Dictionary options) {
    serve(context_, std::move(result),
          erase(authority_, caller_of(getObject()), modem_, slot, std::move(options)));
}

void ModemObject::SendFrame(sdbus::Result<sdbus::ObjectPath>&& result, sdbus::UnixFd frame,
                            Dictionary options) {
    serve(
        context_, std::move(result),
        send(authority_, hand_overs_, caller_of(getObject()), modem_, std::move(frame), std::move(options)));
}

void ModemObject::Plan(sdbus::Result<std::vector<Dictionary>>&& result, Dictionary options) {
    serve(context_, std::move(result), plan(modem_, std::move(options)));
}

void ModemObject::Refresh(sdbus::Result<sdbus::ObjectPath>&& result, Dictionary options) {
    serve(context_, std::move(result),
          refresh(authority_, caller_of(getObject()), modem_, std::move(options)));
}

void ModemObject::Trust(sdbus::Result<>&& result, Dictionary options) {
    serve(context_, std::move(result), trust(authority_, caller_of(getObject()), modem_, std::move(options)));
}

std::vector<Dictionary> ModemObject::Slots() {
    return slots(true);
}

std::vector<Dictionary> ModemObject::OtherStores() {
    return slots(false);
}

std::vector<Dictionary> ModemObject::Findings() {
    std::vector<Dictionary> result;
    for (const SlotFinding& finding : modem_->findings())
        result.push_back(to_dictionary(finding));
    return result;
}

std::vector<Dictionary> ModemObject::slots(bool tls) const {
    std::vector<Dictionary> result;
    const sbnw::Inventory& inventory = modem_->inventory();
    const auto keys = modem_->keys();
    for (const auto& [address, compliance] : modem_->compliance()) {
        if ((address.store == Store::tls) != tls)
            continue;
        const auto slot = inventory.find(address);
        Dictionary& dictionary = result.emplace_back(
            slot == inventory.end()
                ? to_dictionary({}, compliance,
                                compliance == Compliance::unknown ? KeyStatus::unknown : KeyStatus::none)
                : to_dictionary(slot->second, compliance, keys.at(address)));
        dictionary.emplace("slot", static_cast<std::uint32_t>(address.slot));
        dictionary.emplace("store", word(address.store));
    }
    return result;
}

} // namespace bgs2::dbus
