// SPDX-License-Identifier: Apache-2.0
// Findings of 'bgs2ctl doctor' about the service. The test simulates systemd on the bus, because a machine
// has only one real systemd.
#include "dbus/sdbus/sdbus.h"
#include "tests/support/gateway.h"
#include "tests/support/process.h"
#include "tests/support/temporary_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <stdexcept>

namespace bgs2::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using Json = nlohmann::json;

constexpr const char* unit_path = "/org/freedesktop/systemd1/unit/bgs2d_2eservice";

class DoctorServiceCheck : public testing::Test {
    auto property(const std::string& name) {
        return bus::property(name, [this, name] { return unit_properties_.at(name); });
    }

  protected:
    void SetUp() override {
        connection_ = connect();
        manager_ = bus::make_object(*connection_, "/org/freedesktop/systemd1");
        bus::publish(*manager_,
                     bus::interface("org.freedesktop.systemd1.Manager",
                                    bus::method("LoadUnit", [](const std::string& name) {
                                        if (name != "bgs2d.service")
                                            throw bus::make_error("org.freedesktop.DBus.Error.InvalidArgs",
                                                                  "another unit: " + name);
                                        return sdbus::ObjectPath(unit_path);
                                    })));
        unit_ = bus::make_object(*connection_, unit_path);
        bus::publish(*unit_,
                     bus::interface("org.freedesktop.systemd1.Unit", property("LoadState"),
                                    property("ActiveState"), property("UnitFileState")),
                     bus::interface("org.freedesktop.systemd1.Service", property("Result")));
    }

    /// Sets the properties of the service in systemd and returns the findings.
    Json found(const std::string& load, const std::string& active, const std::string& file,
               const std::string& result) {
        unit_properties_ = {
            {"LoadState", load}, {"ActiveState", active}, {"UnitFileState", file}, {"Result", result}};
        bus::request_name(*connection_, "org.freedesktop.systemd1");
        connection_->enterEventLoopAsync();
        const std::string output = folder_.path() / "doctor.out";
        Process doctor({BGS2CTL, "doctor", "--json"},
                       {.environment = {"DBUS_SYSTEM_BUS_ADDRESS=" + address()}, .output = output});
        EXPECT_EQ(doctor.wait(30s), 1);
        connection_->leaveEventLoop();
        std::ifstream stream(output, std::ios::binary);
        return Json::parse(std::string(std::istreambuf_iterator(stream), {})).at(0);
    }

  private:
    [[nodiscard]] std::string address() const { return "unix:path=" + (folder_.path() / "bus").string(); }

    std::unique_ptr<sdbus::IConnection> connect() {
        const auto deadline = std::chrono::steady_clock::now() + 20s;
        while (!is_listening(folder_.path() / "bus")) { // failed connections leak in sdbus-c++
            if (bus_.wait(10ms) || std::chrono::steady_clock::now() > deadline)
                throw std::runtime_error("dbus-daemon did not start");
        }
        return sdbus::createSessionBusConnectionWithAddress(address());
    }

    TemporaryDirectory folder_;
    Process bus_{
        {"dbus-daemon", "--session", "--address=" + address(), "--nofork", "--nopidfile", "--nosyslog"},
        {.environment = {}, .output = folder_.path() / "bus.log"}};
    std::map<std::string, std::string> unit_properties_;
    std::unique_ptr<sdbus::IConnection> connection_;
    std::unique_ptr<sdbus::IObject> manager_;
    std::unique_ptr<sdbus::IObject> unit_;
};

TEST_F(DoctorServiceCheck, ReportsAServiceThatIsNotInstalled) {
    EXPECT_EQ(found("not-found", "inactive", "", "success").at("id"), "service-not-installed");
}

TEST_F(DoctorServiceCheck, ReportsTheResultOfAFailedService) {
    const Json diagnostic = found("loaded", "failed", "enabled", "exit-code");
    EXPECT_EQ(diagnostic.at("id"), "service-failed");
    EXPECT_THAT(diagnostic.at("message").get<std::string>(), HasSubstr("(exit-code)"));
}

TEST_F(DoctorServiceCheck, SuggestsEnablingADisabledService) {
    const Json diagnostic = found("loaded", "inactive", "disabled", "success");
    EXPECT_EQ(diagnostic.at("id"), "daemon-not-running");
    EXPECT_THAT(diagnostic.at("hint").get<std::string>(), HasSubstr("systemctl enable --now bgs2d"));
}

} // namespace
} // namespace bgs2::test
