// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/password_dialogue.h"

#include "dbus/sdbus/sdbus.h"

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <unistd.h>

namespace bgs2::test {
namespace {

constexpr const char* authority_interface = "org.freedesktop.PolicyKit1.Authority";
constexpr const char* agent_interface = "org.freedesktop.PolicyKit1.AuthenticationAgent";
constexpr const char* agent_path = "/agent";

/// The start time of this process in ticks since the boot: proc(5), field 22 of stat.
std::uint64_t start_time() {
    std::ifstream stream("/proc/self/stat");
    std::string line;
    std::getline(stream, line);
    std::istringstream fields(line.substr(line.rfind(')') + 1));
    std::string field;
    for (int number = 3; number <= 22; ++number)
        fields >> field;
    return std::stoull(field);
}

} // namespace

PasswordDialogue::PasswordDialogue(const std::string& bus_address)
  : connection_(sdbus::createSessionBusConnectionWithAddress(bus_address))
  , authority_(
        bus::make_proxy(*connection_, "org.freedesktop.PolicyKit1", "/org/freedesktop/PolicyKit1/Authority"))
  , agent_(bus::make_object(*connection_, agent_path)) {
    const auto begin =
        bus::method("BeginAuthentication",
                    [this](sdbus::Result<>&& result, const std::string& action, const std::string& message,
                           const std::string& /*icon*/, const std::map<std::string, std::string>& /*details*/,
                           const std::string& cookie, const std::vector<Identity>& identities) {
                        result_ = std::move(result);
                        action_ = action;
                        message_ = message;
                        identities_ = identities;
                        cookie_ = cookie;
                    });
    const auto cancel = bus::method("CancelAuthentication", [this](const std::string& cookie) {
        if (cookie_ == cookie)
            close(bus::make_error("org.freedesktop.PolicyKit1.Error.Cancelled", "cancelled"));
    });
    bus::publish(*agent_, bus::interface(agent_interface, begin, cancel));
    const Identity subject{"unix-process",
                           std::map<std::string, sdbus::Variant>{
                               {"pid", sdbus::Variant(static_cast<std::uint32_t>(::getpid()))},
                               {"start-time", sdbus::Variant(start_time())},
                               {"uid", sdbus::Variant(static_cast<std::int32_t>(::getuid()))}}};
    authority_->callMethod("RegisterAuthenticationAgent")
        .onInterface(authority_interface)
        .withArguments(subject, std::string("C"), std::string(agent_path));
}

void PasswordDialogue::process() {
    while (bus::process_one(*connection_)) {
    }
}

void PasswordDialogue::enter_the_right_password() {
    authority_->callMethod("AuthenticationAgentResponse2")
        .onInterface(authority_interface)
        .withArguments(static_cast<std::uint32_t>(::getuid()), cookie_.value(), identities_.at(0));
    close(std::nullopt);
}

void PasswordDialogue::cancel() {
    close(bus::make_error("org.freedesktop.PolicyKit1.Error.Cancelled", "cancelled"));
}

void PasswordDialogue::close(const std::optional<sdbus::Error>& error) {
    if (error)
        result_.returnError(*error);
    else
        result_.returnResults();
    cookie_.reset();
    process();
}

} // namespace bgs2::test
