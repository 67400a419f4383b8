// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/calls.h"

#include "dbus/sdbus/sdbus.h"

#include <systemd/sd-bus.h>

namespace bgs2::test {
namespace {

constexpr const char* service = "io.bgs2d1";
constexpr const char* manager_object = "/io/bgs2d1";

} // namespace

Visitor::Visitor(const Gateway& gateway, const Account& account)
  : connection_(connect_as(account, gateway.bus_address()))
  , manager_(bus::make_proxy(*connection_, service, manager_object)) {}

sdbus::MethodCall Visitor::make_call(const std::string& path, const std::string& interface,
                                     const std::string& method) const {
    return bus::make_proxy(*connection_, service, path)
        ->createMethodCall(bus::InterfaceName(interface), bus::MethodName(method));
}

Ending Visitor::call(const sdbus::MethodCall& call) const {
    try {
        manager_->callMethod(call);
    } catch (const sdbus::Error& e) {
        return {.error = e.getName(), .message = e.getMessage()};
    }
    return {};
}

Ending Visitor::call(const std::string& path, const std::string& interface, const std::string& method) const {
    auto message = make_call(path, interface, method);
    if (interface == "io.bgs2d1.Modem")
        message << Gateway::Dictionary{};
    return call(message);
}

std::vector<std::string> Visitor::rights() const {
    std::vector<std::string> rights;
    manager_->callMethod("Rights").onInterface("io.bgs2d1.Manager").storeResultsTo(rights);
    return rights;
}

std::shared_ptr<PendingCall> Visitor::ask(const std::string& path, const std::string& interface,
                                          const std::string& method) {
    auto message = make_call(path, interface, method);
    if (interface == "io.bgs2d1.Modem")
        message << Gateway::Dictionary{};
    ::sd_bus_message_set_allow_interactive_authorization(bus::raw(message), 1);
    auto pending = std::make_shared<PendingCall>();
    bus::call_async(*manager_, message, [pending](bus::ReplyError error) {
        pending->ending =
            !error ? Ending{} : Ending{.error = error->getName(), .message = error->getMessage()};
    });
    process();
    return pending;
}

void Visitor::process() {
    while (bus::process_one(*connection_)) {
    }
}

} // namespace bgs2::test
