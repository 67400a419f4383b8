// SPDX-License-Identifier: Apache-2.0
// The bus with the shipped configuration.
#include "dbus/sdbus/sdbus.h"
#include "tests/integration/rights.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace bgs2::test {
namespace {

using testing::HasSubstr;

constexpr const char* name = "io.bgs2d1";
constexpr const char* path = "/io/bgs2d1";

class OnTheBus : public testing::Test {
  protected:
    void SetUp() override {
        if (const char* reason = why_not(Authorities::group))
            GTEST_SKIP() << reason;
        gateway_ = std::make_unique<Gateway>(std::vector<std::string>{}, Authorities::group);
    }

    [[nodiscard]] std::string name_request_error(const Account& account) const {
        const Visitor visitor(*gateway_, account);
        try {
            bus::request_name(visitor.connection(), name);
        } catch (const sdbus::Error& e) {
            return e.getMessage();
        }
        visitor.connection().releaseName(bus::ServiceName(name));
        return {};
    }

    std::unique_ptr<Gateway> gateway_;
};

TEST_F(OnTheBus, OnlyRootAndTheDaemonUserCanOwnTheName) {
    for (const Account& account : {root, daemon_account})
        EXPECT_EQ(name_request_error(account), "") << account.name;
    for (const Account& account : {member, stranger, nobody})
        EXPECT_NE(name_request_error(account), "") << account.name;
}

TEST_F(OnTheBus, CallsToUnlistedInterfacesAreRejected) {
    gateway_->start();
    for (const Account& account : {root, member, nobody}) {
        const Visitor visitor(*gateway_, account);
        for (const char* interface : {"io.bgs2d1.Manage", "io.bgs2d1", "org.freedesktop.DBus.Monitoring"}) {
            const Ending ending = visitor.call(path, interface, "Rescan");
            EXPECT_EQ(ending.error, denied) << account.name << ": " << interface;
            EXPECT_THAT(ending.message, HasSubstr("Rejected send message"));
        }
        EXPECT_EQ(visitor.call(path, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects").error, "");
        EXPECT_EQ(visitor.call(path, "org.freedesktop.DBus.Introspectable", "Introspect").error, "");
        EXPECT_EQ(visitor.call(path, "org.freedesktop.DBus.Peer", "Ping").error, "");
    }
}

TEST_F(OnTheBus, NoPropertyCanBeSet) {
    gateway_->start();
    const Visitor visitor(*gateway_, root);
    auto call = visitor.make_call(path, "org.freedesktop.DBus.Properties", "Set");
    call << std::string("io.bgs2d1.Manager") << std::string("Version") << sdbus::Variant(std::string("9"));
    EXPECT_EQ(visitor.call(call).error, "org.freedesktop.DBus.Error.PropertyReadOnly");
}

} // namespace
} // namespace bgs2::test
