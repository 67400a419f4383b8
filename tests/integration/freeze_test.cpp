// SPDX-License-Identifier: Apache-2.0
// The interface on the bus equals io.bgs2d1.xml.
#include "dbus/sdbus/sdbus.h"
#include "tests/integration/certificates.h"
#include "tests/support/introspection.h"
#include "tests/support/program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace bgs2::test {
namespace {

using testing::ElementsAreArray;
using testing::IsEmpty;

/// The introspection of an object.
std::vector<std::string> declarations_of(Gateway& gateway, const std::string& path) {
    std::string document;
    const auto connection = sdbus::createSessionBusConnectionWithAddress(gateway.bus_address());
    bus::make_proxy(*connection, "io.bgs2d1", path)
        ->callMethod("Introspect")
        .onInterface("org.freedesktop.DBus.Introspectable")
        .storeResultsTo(document);
    return declarations(read_introspection(document));
}

TEST(Interface, OnTheBusMatchesTheInterfaceFile) {
    Gateway gateway;
    gateway.write_policy("10-ca", ca_policy(gateway));
    gateway.start();
    gateway.plug("modem");
    ASSERT_TRUE(gateway.becomes("compliant")) << gateway.log();
    const auto job = gateway.ask("Refresh");

    std::vector<std::string> live;
    for (const std::string& path :
         {std::string("/io/bgs2d1"), "/io/bgs2d1/modem/" + std::string(default_imei), std::string(job)}) {
        const auto declared = declarations_of(gateway, path);
        EXPECT_FALSE(declared.empty()) << path;
        live.insert(live.end(), declared.begin(), declared.end());
    }
    std::ranges::sort(live);
    EXPECT_THAT(live, ElementsAreArray(declarations(read_introspection(read_text(BGS2_INTERFACE)))));
}

TEST(Declarations, AreReadWithoutCommentsAndStandardInterfaces) {
    const std::string written = R"(<node><interface name="io.bgs2d1.Job">
        <!-- <method name="Gone"/> -->
        <property name="Step" type="s" access="read"/>
        <property name="Modem" type="o" access="read">
          <annotation name="org.freedesktop.DBus.Property.EmitsChangedSignal" value="const"/>
        </property>
        <method name="Cancel"/>
        <signal name="Done"><arg name="ok" type="b"/></signal>
      </interface></node>)";
    EXPECT_THAT(
        declarations(read_introspection(written)),
        testing::ElementsAre("io.bgs2d1.Job method Cancel", "io.bgs2d1.Job property Modem o read const",
                             "io.bgs2d1.Job property Step s read true", "io.bgs2d1.Job signal Done  b ok"));
    EXPECT_THAT(declarations(read_introspection(
                    "<interface name=\"org.freedesktop.DBus.Peer\"><method name=\"Ping\"/>")),
                IsEmpty());
}

} // namespace
} // namespace bgs2::test
