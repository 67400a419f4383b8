// SPDX-License-Identifier: Apache-2.0
#include "dbus/manager_object.h"

#include "daemon/pki/file.h"
#include "daemon/policy/explanation.h"
#include "daemon/policy/parse.h"
#include "daemon/policy/text_file.h"
#include "dbus/descriptor.h"
#include "dbus/error_names.h"
#include "dbus/names.h"
#include "dbus/options.h"
#include "dbus/policy_dictionary.h"

#include <chrono>
#include <string_view>
#include <utility>
#include <variant>

namespace bgs2::dbus {
namespace {

constexpr const char* manager_interface = io::bgs2d1::Manager_adaptor::INTERFACE_NAME;

Dictionary to_dictionary(const history::Entry& entry) {
    Dictionary dictionary{
        {"time", seconds(entry.when)},
        {"event", word(entry.event)},
        {"error", entry.error},
        {"message", entry.message},
    };
    add_known(dictionary, "boot-id", entry.boot_id);
    add_known(dictionary, "imei", entry.imei);
    add_known(dictionary, "port-path", entry.port_path);
    add_known(dictionary, "policy", entry.policy);
    add_known(dictionary, "state", entry.state);
    add_known(dictionary, "store", entry.store);
    add_known(dictionary, "thumbprint-before", entry.thumbprint_before);
    add_known(dictionary, "thumbprint-after", entry.thumbprint_after);
    if (entry.slot)
        dictionary.emplace("slot", static_cast<std::uint32_t>(*entry.slot));
    if (entry.generation != 0)
        dictionary.emplace("generation", entry.generation);
    if (entry.duration != std::chrono::milliseconds::zero())
        dictionary.emplace("duration", static_cast<std::uint64_t>(entry.duration.count()));
    if (entry.bytes != 0)
        dictionary.emplace("bytes", entry.bytes);
    return dictionary;
}

asio::awaitable<std::vector<Dictionary>> history(asio::awaitable<std::vector<history::Entry>> query) {
    std::vector<Dictionary> dictionaries;
    for (const history::Entry& entry : co_await std::move(query))
        dictionaries.push_back(to_dictionary(entry));
    co_return dictionaries;
}

asio::awaitable<void> rescan(std::shared_ptr<Authority> authority, Caller caller,
                             std::function<void()> look_for_ports) {
    co_await authority->require(caller, PolkitAction::manage);
    look_for_ports();
}

asio::awaitable<std::vector<std::string>> reload(std::shared_ptr<Authority> authority, Caller caller,
                                                 decltype(Controls::reload) load_again) {
    co_await authority->require(caller, PolkitAction::manage);
    co_return co_await load_again();
}

std::vector<std::string> problems_of(const sdbus::UnixFd& policy) {
    constexpr std::string_view name = "policy";
    value_or_throw(require_prompt(policy.get(), name));
    const auto text = value_or_throw(pki::read_descriptor(policy.get(), name, policy::largest_text_file));
    std::vector<std::string> problems;
    if (const auto parsed = policy::parse(as_text(text), name); !parsed) {
        for (const policy::Problem& problem : parsed.error())
            problems.push_back(printable(to_string(problem)));
    }
    return problems;
}

asio::awaitable<void> borrow_port(std::shared_ptr<Authority> authority, Caller caller,
                                  std::shared_ptr<PortBorrowers> borrowers, std::string device,
                                  Dictionary options) {
    co_await authority->require(caller, PolkitAction::manage);
    no_options(options);
    co_await borrowers->borrow(std::move(device), caller.name);
}

asio::awaitable<void> release_port(std::shared_ptr<Authority> authority, Caller caller,
                                   std::shared_ptr<PortBorrowers> borrowers, std::string device,
                                   Dictionary options) {
    co_await authority->require(caller, PolkitAction::manage);
    no_options(options);
    borrowers->release(device, caller.name);
}

// NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters): it outlives the loop
asio::awaitable<std::vector<std::string>> check_policy(Background& background, sdbus::UnixFd policy) {
    constexpr std::chrono::seconds deadline{20}; // callers wait 25 s
    // One for all callers: they must not fill the background with files that hang.
    co_return co_await in_background(
        background, BackgroundTask("check the policy", "copy it to a local file and check that", deadline),
        problems_of, std::move(policy));
}

asio::awaitable<std::vector<std::string>> rights_of(std::shared_ptr<Authority> authority, Caller caller) {
    caller.interactive = false;
    std::vector<std::string> names;
    for (const PolkitAction action : values_of<PolkitAction>) {
        if (co_await authority->has(caller, action))
            names.emplace_back(word(action));
    }
    co_return names;
}

} // namespace

ManagerObject::ManagerObject(sdbus::IConnection& connection, ReplyContext context, const Fleet& fleet,
                             Controls controls, std::shared_ptr<Authority> authority,
                             std::shared_ptr<PortBorrowers> borrowers)
  : AdaptorInterfaces(connection, sdbus::ObjectPath(manager_path))
  , context_(std::move(context))
  , fleet_(fleet)
  , controls_(std::move(controls))
  , authority_(std::move(authority))
  , borrowers_(std::move(borrowers)) {
    registerAdaptor();
}

ManagerObject::~ManagerObject() {
    unregisterAdaptor();
}

void ManagerObject::set_policy_status(PolicyStatus status) {
    const PolicyStatus before = std::exchange(policy_, std::move(status));
    if (policy_ == before)
        return;
    bus::emit_changes(getObject(), manager_interface, {"PolicyGeneration", "PolicyErrors"});
    if (policy_.generation != before.generation)
        emitPolicyReloaded(policy_.generation);
}

void ManagerObject::history_changed() {
    bus::emit_changes(getObject(), manager_interface, {"HistoryLostSince"});
}

void ManagerObject::port_wanted(const std::string& device, const std::string& reason,
                                std::optional<std::chrono::sys_seconds> deadline) {
    emitPortWanted(device, reason, deadline ? seconds(*deadline) : 0);
}

void ManagerObject::port_released(const std::string& device) {
    emitPortReleased(device);
}

std::vector<sdbus::ObjectPath> ManagerObject::ListModems() {
    std::vector<sdbus::ObjectPath> paths;
    for (const auto& [imei, modem] : fleet_.modems())
        paths.emplace_back(modem_path(imei));
    return paths;
}

sdbus::ObjectPath ManagerObject::GetModem(const Text& imei) {
    return modem_path(value_or_throw_bus(fleet_.find(imei.str()))->identity().imei);
}

std::vector<Dictionary> ManagerObject::ListPorts() {
    std::vector<Dictionary> ports;
    for (const PortStatus& port : fleet_.ports()) {
        ports.push_back({
            {"device", port.device},
            {"path", port.path},
            {"state", word(port.state)},
            {"code", std::visit([](auto code) { return word(code); }, port.code)},
            {"naming", word(port.naming)},
            {"reason", port.reason},
            {"hint", port.hint},
            {"imei", port.imei},
            {"use", word(port.use)},
            {"holder", port.holder},
            {"work", port.work},
            {"waiting-since", port.waiting_since ? seconds(*port.waiting_since) : 0},
            {"retry-at", port.retry_at ? seconds(*port.retry_at) : 0},
            {"inhibited", port.inhibited},
            {"properties", port.properties},
        });
    }
    return ports;
}

void ManagerObject::Rights(sdbus::Result<std::vector<Text>>&& result) {
    serve(context_, std::move(result), rights_of(authority_, caller_of(getObject())));
}

void ManagerObject::Rescan(sdbus::Result<>&& result) {
    serve(context_, std::move(result), rescan(authority_, caller_of(getObject()), controls_.rescan));
}

void ManagerObject::BorrowPort(sdbus::Result<>&& result, Text device, Dictionary options) {
    const Caller caller = caller_of(getObject());
    borrowers_->expect(caller.name);
    serve(context_, std::move(result),
          borrow_port(authority_, caller, borrowers_, device.str(), std::move(options)));
}

void ManagerObject::ReleasePort(sdbus::Result<>&& result, Text device, Dictionary options) {
    serve(context_, std::move(result),
          release_port(authority_, caller_of(getObject()), borrowers_, device.str(), std::move(options)));
}

void ManagerObject::Reload(sdbus::Result<std::vector<Text>>&& result) {
    serve(context_, std::move(result), reload(authority_, caller_of(getObject()), controls_.reload));
}

std::vector<Dictionary> ManagerObject::ListPolicies() {
    std::vector<Dictionary> policies;
    for (const policy::Policy& policy : controls_.policies.policies())
        policies.push_back(to_dictionary(policy));
    return policies;
}

std::vector<Dictionary> ManagerObject::ExplainPolicy(const Text& imei) {
    const auto modem = value_or_throw_bus(fleet_.find(imei.str()));
    std::vector<Dictionary> files;
    for (const policy::FileExplanation& explained : policy::explain(controls_.policies, modem->attributes()))
        files.push_back(to_dictionary(explained));
    return files;
}

void ManagerObject::CheckPolicy(sdbus::Result<std::vector<Text>>&& result, sdbus::UnixFd policy) {
    serve(context_, std::move(result), check_policy(controls_.background, std::move(policy)));
}

void ManagerObject::History(sdbus::Result<std::vector<Dictionary>>&& result, Dictionary filter) {
    serve(context_, std::move(result), history(controls_.history.query(history_filter(filter))));
}

std::uint64_t ManagerObject::HistoryLostSince() {
    const auto since = controls_.history.lost_since();
    return since ? seconds(*since) : 0;
}

} // namespace bgs2::dbus
