// SPDX-License-Identifier: Apache-2.0
#include "tests/support/program.h"

#include <gtest/gtest.h>

namespace bgs2::test {
namespace {

TEST(NoDaemon, IsSaidByEveryVerbThatNeedsOne) {
    const RunOptions nowhere{.environment = {"DBUS_SYSTEM_BUS_ADDRESS=unix:path=/nonexistent/bus"}};
    using Words = std::vector<std::string>;
    for (const Words& words :
         {Words{}, Words{"list"}, Words{"show"}, Words{"provision", "any", "--dry-run"}, Words{"provision"},
          Words{"refresh"}, Words{"install", "--slot", "1", "--cert", "/dev/stdin"},
          Words{"erase", "any", "--slot", "1"}, Words{"wait", "--timeout", "1s"}, Words{"jobs"},
          Words{"cancel", "1"}, Words{"monitor"}, Words{"history"}, Words{"ports"}, Words{"rescan"},
          Words{"reload"}, Words{"policy", "reload"}, Words{"policy", "show"}, Words{"policy", "explain"}}) {
        const Outcome result = run(words, nowhere);
        EXPECT_EQ(result.exit, 6);
        EXPECT_EQ(result.output, "");
        EXPECT_TRUE(
            result.errors.starts_with("bgs2ctl: bgs2d can not be asked, the system bus is not reached: "))
            << result.errors;
        EXPECT_NE(result.errors.find("\n  hint: "), std::string::npos);
    }
}

TEST(NoDaemon, IsAnObjectForPrograms) {
    const Outcome result =
        run({"--json"}, {.environment = {"DBUS_SYSTEM_BUS_ADDRESS=unix:path=/nonexistent/bus"}});
    EXPECT_EQ(result.exit, 6);
    EXPECT_TRUE(result.errors.starts_with(R"({"error":"NoDaemon","message":)")) << result.errors;
}

} // namespace
} // namespace bgs2::test
