// SPDX-License-Identifier: Apache-2.0
#include "daemon/policy/unit_name.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace bgs2::policy {
namespace {

using ::testing::HasSubstr;

TEST(UnitName, IsThatOfAUnitThatCanBeStoppedAndStarted) {
    for (const std::string name :
         {"gprs.service", "pppd@ttyS1.service", "a@b@c.service", "gprs.socket", "uplink.target", "gprs.timer",
          "gprs.path", "my-gprs_1:2.x.service", "dev\\x2dttyS1.service", ".hidden.service"})
        EXPECT_TRUE(check_unit_name(name)) << name;
    EXPECT_TRUE(check_unit_name(std::string(247, 'a') + ".service"));
}

struct Refused {
    std::string name;
    std::string why;
};

TEST(UnitName, IsRefusedWithTheReason) {
    const std::vector<Refused> cases{
        {"", "end it with .service"},
        {"gprs", "end it with .service"},
        {"service", "end it with .service"},
        {"gprs.", "end it with .service"},
        {"gprs.Service", "end it with .service"},
        {"gprs.service ", "end it with .service"},
        {"dev-ttyS1.device", "end it with .service"},
        {"system.slice", "end it with .service"},
        {"session-1.scope", "end it with .service"},
        {"srv.mount", "end it with .service"},
        {".service", "not a valid name"},
        {"@x.service", "not a valid name"},
        {"../gprs.service", "not a valid name"},
        {"a/b.service", "not a valid name"},
        {"a b.service", "not a valid name"},
        {"gprs*.service", "not a valid name"},
        {"g\xc3\xbc.service", "not a valid name"},
        {std::string("a\0.service", 10), "not a valid name"},
        {std::string(248, 'a') + ".service", "not a valid name"},
        {"pppd@.service", "is a template"},
        {"bgs2d.service", "bgs2d requires it"},
        {"dbus.service", "bgs2d requires it"},
        {"dbus.socket", "bgs2d requires it"},
        {"dbus-broker.service", "bgs2d requires it"},
    };
    for (const auto& [name, why] : cases) {
        const auto checked = check_unit_name(name);
        ASSERT_FALSE(checked) << name;
        EXPECT_EQ(checked.error().code, ErrorCode::invalid_argument);
        EXPECT_THAT(to_string(checked.error()), HasSubstr(why)) << name;
    }
}

} // namespace
} // namespace bgs2::policy
