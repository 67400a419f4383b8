#include "dbus/manager_object.h"

#include "daemon/bytes.h"
#include "daemon/pki/file.h"
#include "daemon/policy/explanation.h"
#include "daemon/policy/parse.h"
#include "daemon/policy/text_file.h"
#include "dbus/error_names.h"
#include "dbus/names.h"
#include "dbus/policy_dictionary.h"

#include <string_view>
#include <utility>

namespace bgs2::dbus {

ManagerObject::ManagerObject(sdbus::IConnection& connection, const Fleet& fleet, Controls controls,
                             const Authority& authority)
  : AdaptorInterfaces(connection, manager_path)
  , fleet_(fleet)
  , controls_(std::move(controls))
  , authority_(authority) {
    registerAdaptor();
}

ManagerObject::~ManagerObject() {
    unregisterAdaptor();
}

void ManagerObject::set_policy_status(PolicyStatus status) {
    const PolicyStatus before = std::exchange(policy_, std::move(status));
    if (policy_ == before)
        return;
    getObject().emitPropertiesChangedSignal(io::bgs2d1::Manager_adaptor::INTERFACE_NAME,
                                            {"PolicyGeneration", "PolicyErrors"});
    if (policy_.generation != before.generation)
        emitPolicyReloaded(policy_.generation);
}

std::vector<sdbus::ObjectPath> ManagerObject::ListModems() {
    std::vector<sdbus::ObjectPath> paths;
    for (const auto& [imei, modem] : fleet_.modems())
        paths.emplace_back(modem_path(imei));
    return paths;
}

sdbus::ObjectPath ManagerObject::GetModem(const std::string& imei) {
    return modem_path(value_or_throw_bus(fleet_.find(imei))->identity().imei);
}

std::vector<std::map<std::string, sdbus::Variant>> ManagerObject::ListPorts() {
    std::vector<std::map<std::string, sdbus::Variant>> ports;
    for (const PortStatus& port : fleet_.ports()) {
        const std::uint64_t retry_at =
            port.retry_at ? static_cast<std::uint64_t>(port.retry_at->time_since_epoch().count()) : 0;
        ports.push_back({
            {"device", port.device},
            {"path", port.path},
            {"state", std::string(word(port.state))},
            {"reason", port.reason},
            {"imei", port.imei},
            {"retry-at", retry_at},
        });
    }
    return ports;
}

void ManagerObject::Rescan() {
    authority_.require(getObject(), "have ports probed");
    controls_.rescan();
}

std::vector<std::string> ManagerObject::Reload() {
    authority_.require(getObject(), "reload the policies");
    return controls_.reload();
}

std::vector<std::map<std::string, sdbus::Variant>> ManagerObject::ListPolicies() {
    std::vector<std::map<std::string, sdbus::Variant>> policies;
    for (const policy::Policy& policy : controls_.policies.policies())
        policies.push_back(to_dictionary(policy));
    return policies;
}

std::vector<std::map<std::string, sdbus::Variant>> ManagerObject::ExplainPolicy(const std::string& imei) {
    const auto modem = value_or_throw_bus(fleet_.find(imei));
    std::vector<std::map<std::string, sdbus::Variant>> files;
    for (const policy::Explained& explained : policy::explain(controls_.policies, modem->subject()))
        files.push_back(to_dictionary(explained));
    return files;
}

std::vector<std::string> ManagerObject::CheckPolicy(const sdbus::UnixFd& policy) {
    constexpr std::string_view name = "policy";
    const auto text = value_or_throw_bus(pki::read_descriptor(policy.get(), name, policy::largest_text_file));
    std::vector<std::string> problems;
    if (const auto parsed = policy::parse(as_text(text), name); !parsed) {
        for (const policy::Problem& problem : parsed.error())
            problems.push_back(printable(to_string(problem)));
    }
    return problems;
}

} // namespace bgs2::dbus
