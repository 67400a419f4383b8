// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/calls.h"

#include <systemd/sd-bus.h>

namespace bgs2::test {
namespace {

constexpr const char* service = "io.bgs2d1";
constexpr const char* manager_object = "/io/bgs2d1";

/// sdbus-c++ 1.2 cannot set this flag. This accesses the underlying message of sd-bus.
class Opened : public sdbus::Message {
  public:
    static sd_bus_message* of(const sdbus::Message& message) {
        return static_cast<sd_bus_message*>(message.*(&Opened::msg_));
    }
};

} // namespace

Visitor::Visitor(const Gateway& gateway, const Account& account)
  : connection_(connect_as(account, gateway.bus_address()))
  , manager_(sdbus::createProxy(*connection_, service, manager_object)) {}

sdbus::MethodCall Visitor::make_call(const std::string& path, const std::string& interface,
                                     const std::string& method) const {
    return sdbus::createProxy(*connection_, service, path)->createMethodCall(interface, method);
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
    ::sd_bus_message_set_allow_interactive_authorization(Opened::of(message), 1);
    auto pending = std::make_shared<PendingCall>();
    manager_->callMethod(message, [pending](sdbus::MethodReply&, const sdbus::Error* error) {
        pending->ending =
            error == nullptr ? Ending{} : Ending{.error = error->getName(), .message = error->getMessage()};
    });
    process();
    return pending;
}

void Visitor::process() {
    while (connection_->processPendingRequest()) {
    }
}

} // namespace bgs2::test
