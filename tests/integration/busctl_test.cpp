// SPDX-License-Identifier: Apache-2.0
// Shell scripts can use the whole interface: busctl --json calls each method and reads each property.
#include "tests/integration/certificates.h"
#include "tests/support/introspection.h"
#include "tests/support/program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace bgs2::test {
namespace {

using Arguments = std::vector<std::string>;

/// The answer, or the JSON for a missing answer.
nlohmann::json busctl(const Gateway& gateway, Arguments command) {
    const std::string output = gateway.path("busctl.json");
    std::filesystem::remove(output);
    command.insert(command.begin(), {"busctl", "--address=" + gateway.bus_address(), "--json=short"});
    Process program(command, {.environment = {}, .output = output});
    EXPECT_EQ(program.wait(std::chrono::seconds(30)), 0) << read_text(output);
    return nlohmann::json::parse(read_text(output), nullptr, false);
}

/// The arguments of each method, signature first.
const std::map<std::string, Arguments> arguments{
    {"ListModems", {}},
    {"GetModem", {"s", default_imei}},
    {"ListPorts", {}},
    {"Rights", {}},
    {"Rescan", {}},
    {"Reload", {}},
    {"ListPolicies", {}},
    {"ExplainPolicy", {"s", default_imei}},
    {"History", {"a{sv}", "0"}},
    {"Provision", {"a{sv}", "0"}},
    {"Plan", {"a{sv}", "0"}},
    {"Refresh", {"a{sv}", "0"}},
    {"Trust", {"a{sv}", "0"}},
    {"EraseCertificate", {"ua{sv}", "9", "0"}},
    {"Cancel", {}},
};

/// Excluded methods: busctl cannot pass their descriptors, or leaves the bus before their effect
/// (borrow_port_test.cpp).
const std::vector<std::string> excluded_methods{"CheckPolicy", "InstallCertificate", "SendFrame",
                                                "BorrowPort", "ReleasePort"};

class Busctl : public testing::Test {
  protected:
    void SetUp() override {
        gateway_.write_policy("10-ca", "[provision]\nmode = \"manual\"\n" + ca_policy(gateway_) +
                                           "\n[[slot]]\nstore = \"management_cert\"\nindex = 0\n"
                                           "certificate = \"" +
                                           gateway_.path("ca.pem") + "\"\n");
        gateway_.start();
        gateway_.plug("modem");
        ASSERT_TRUE(gateway_.becomes("drifted")) << gateway_.log();
        job_ = gateway_.ask("Refresh");
        ASSERT_TRUE(gateway_.eventually([&] { return gateway_.end_of(job_).has_value(); }));
    }

    [[nodiscard]] std::string path_of(const std::string& interface) const {
        if (interface == "io.bgs2d1.Modem")
            return "/io/bgs2d1/modem/" + std::string(default_imei);
        return interface == "io.bgs2d1.Job" ? std::string(job_) : "/io/bgs2d1";
    }

    /// Waits for the end of jobs before the next call, because a modem runs one job at a time.
    void wait_for_job(const nlohmann::json& answer) {
        if (answer.value("type", "") == "o" &&
            answer["data"].at(0).get<std::string>().starts_with("/io/bgs2d1/job/")) {
            const sdbus::ObjectPath job(answer["data"].at(0).get<std::string>());
            ASSERT_TRUE(gateway_.eventually([&] { return gateway_.end_of(job).has_value(); }))
                << gateway_.log();
        }
    }

    Gateway gateway_;
    sdbus::ObjectPath job_;
};

TEST_F(Busctl, ReadsEveryPropertyAsJson) {
    std::size_t read = 0;
    for (const Documented& member : read_introspection(read_text(BGS2_INTERFACE)).all) {
        if (member.kind != "property")
            continue;
        const auto answer = busctl(gateway_, {"get-property", "io.bgs2d1", path_of(member.interface),
                                              member.interface, member.name});
        EXPECT_TRUE(answer.is_object()) << member.name;
        EXPECT_EQ(answer.value("type", ""), member.type) << member.name;
        ++read;
    }
    EXPECT_GE(read, 25U) << "the interface was not read";
}

TEST_F(Busctl, CallsEveryMethodAndReadsItsAnswerAsJson) {
    for (const Documented& member : read_introspection(read_text(BGS2_INTERFACE)).all) {
        if (member.kind != "method" ||
            std::ranges::find(excluded_methods, member.name) != excluded_methods.end())
            continue;
        const auto given = arguments.find(member.name);
        ASSERT_NE(given, arguments.end()) << "with what is " << member.name << " called?";
        Arguments command{"call", "io.bgs2d1", path_of(member.interface), member.interface, member.name};
        command.insert(command.end(), given->second.begin(), given->second.end());
        const auto answer = busctl(gateway_, command);
        const bool has_answer = std::ranges::any_of(
            member.arguments, [](const Argument& argument) { return argument.direction == "out"; });
        EXPECT_EQ(answer.is_object(), has_answer) << member.name;
        if (answer.is_object()) {
            ASSERT_NO_FATAL_FAILURE(wait_for_job(answer));
        }
    }
}

TEST_F(Busctl, ReadsAllObjectsAndAllPropertiesOfOneAsJson) {
    const auto objects = busctl(gateway_, {"call", "io.bgs2d1", "/io/bgs2d1",
                                           "org.freedesktop.DBus.ObjectManager", "GetManagedObjects"});
    const auto properties =
        busctl(gateway_, {"call", "io.bgs2d1", path_of("io.bgs2d1.Modem"), "org.freedesktop.DBus.Properties",
                          "GetAll", "s", "io.bgs2d1.Modem"});
    ASSERT_TRUE(objects.is_object());
    ASSERT_TRUE(properties.is_object());
    const auto& modem = properties.at("data").at(0);
    EXPECT_EQ(modem.at("Slots").at("data").at(1).at("slot").at("data"), 1);
    EXPECT_EQ(modem.at("OtherStores").at("data").at(0).at("store").at("data"), "management_cert");
    EXPECT_EQ(modem.at("ReasonCode").at("data"), "policy-manual");
    EXPECT_EQ(modem.at("ReasonError").at("data"), "");
}

} // namespace
} // namespace bgs2::test
