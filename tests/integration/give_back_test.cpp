// SPDX-License-Identifier: Apache-2.0
// bgs2d --give-back, and the start of bgs2d, after one that ended without starting its units again.
#include "tests/integration/units_fixture.h"

#include <gmock/gmock.h>

#include <fstream>
#include <iterator>

namespace bgs2::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class GiveBack : public WithServiceManager {
  protected:
    void SetUp() override {
        WithServiceManager::SetUp();
        if (IsSkipped())
            return;
        manager().write_sleeper("gprs.service");
        std::filesystem::create_directories(run_directory());
        for (const char* name : {"policy.d", "state", "lock"})
            std::filesystem::create_directories(manager().path(name));
    }
    void remember(const std::string& name) { std::ofstream(run_directory() / name); }
    Process bgs2d(const std::vector<std::string>& more) {
        std::vector<std::string> command{BGS2D,
                                         "--run-dir",
                                         run_directory(),
                                         "--policy-dir",
                                         manager().path("policy.d"),
                                         "--state-dir",
                                         manager().path("state"),
                                         "--lock-dir",
                                         manager().path("lock")};
        command.insert(command.end(), more.begin(), more.end());
        return {command,
                {.environment = {"DBUS_SYSTEM_BUS_ADDRESS=" + manager().bus_address()},
                 .output = manager().path("bgs2d.log")}};
    }
    std::optional<int> give_back() { return bgs2d({"--give-back"}).wait(20s); }
    std::string log() {
        std::ifstream stream(manager().path("bgs2d.log"));
        return {std::istreambuf_iterator(stream), {}};
    }
};

TEST_F(GiveBack, StartsTheRememberedUnitsAndForgetsThem) {
    remember("gprs.service");
    EXPECT_EQ(give_back(), 0) << log();
    EXPECT_TRUE(manager().becomes("gprs.service", "active"));
    EXPECT_THAT(remembered(), IsEmpty());
    EXPECT_THAT(log(), HasSubstr("started gprs.service again"));
}

TEST_F(GiveBack, DoesNothingWithoutRememberedUnits) {
    EXPECT_EQ(give_back(), 0) << log();
    EXPECT_EQ(manager().state("gprs.service"), "inactive");
    std::filesystem::remove(run_directory());
    EXPECT_EQ(give_back(), 0) << log();
    EXPECT_THAT(log(), IsEmpty());
}

TEST_F(GiveBack, IgnoresFilesThatAreNoUnits) {
    for (const char* name :
         {"gprs", "pppd@.service", "bgs2d.service", "%2", "%2Fetc%2Fgprs.service", "%67prs.service"})
        remember(name);
    const auto before = remembered();
    EXPECT_EQ(give_back(), 0) << log();
    EXPECT_EQ(remembered(), before);
    EXPECT_EQ(manager().state("gprs.service"), "inactive");
}

TEST_F(GiveBack, ForgetsAUnitThatNoLongerExistsAndStartsTheOthers) {
    remember("a-none.service");
    remember("gprs.service");
    EXPECT_EQ(give_back(), 0) << log();
    EXPECT_THAT(log(), HasSubstr("cannot start a-none.service"));
    EXPECT_THAT(remembered(), IsEmpty());
    EXPECT_TRUE(manager().becomes("gprs.service", "active"));
}

TEST_F(GiveBack, KeepsWhatCannotBeStarted) {
    manager().write_unit("broken.service", "[Service]\nExecStart=\n");
    remember("broken.service");
    EXPECT_EQ(give_back(), 1);
    EXPECT_THAT(remembered(), ElementsAre("broken.service"));
}

TEST_F(GiveBack, KeepsAUnitWhoseStartFails) {
    manager().write_unit("broken.service", "[Unit]\nDefaultDependencies=no\n[Service]\nType=oneshot\n"
                                           "ExecStart=false\n");
    remember("broken.service");
    remember("gprs.service");
    EXPECT_EQ(give_back(), 1);
    EXPECT_THAT(log(), HasSubstr("cannot start broken.service: the result is 'failed'"));
    EXPECT_THAT(remembered(), ElementsAre("broken.service"));
    EXPECT_EQ(manager().state("gprs.service"), "active");
}

TEST_F(GiveBack, EndsIfAUnitWaits) {
    manager().write_unit("gate.service", "[Unit]\nDefaultDependencies=no\n[Service]\nType=oneshot\n"
                                         "ExecStart=sleep infinity\n");
    manager().write_unit("waiting.service", "[Unit]\nDefaultDependencies=no\nAfter=gate.service\n"
                                            "[Service]\nExecStart=sleep infinity\n");
    manager().call_for_unit("StartUnit", "gate.service");
    ASSERT_TRUE(manager().becomes("gate.service", "activating"));
    remember("gprs.service");
    remember("waiting.service");
    EXPECT_EQ(give_back(), 1);
    EXPECT_THAT(log(), HasSubstr("cannot start waiting.service: systemd has not done it after 5 s"));
    EXPECT_THAT(remembered(), ElementsAre("waiting.service"));
    manager().call_for_unit("StopUnit", "gate.service");
    EXPECT_TRUE(manager().becomes("waiting.service", "active")) << "its job was not withdrawn";
}

TEST_F(GiveBack, IsDoneByAStartOfTheDaemonAndRefusedWhileItRuns) {
    remember("gprs.service");
    Process daemon = bgs2d({});
    ASSERT_TRUE(manager().becomes("gprs.service", "active")) << log();
    ASSERT_TRUE(manager().eventually([&] { return remembered().empty(); })) << log();
    ASSERT_TRUE(manager().eventually([&] { return log().contains(" is ready"); })) << log();

    manager().call_for_unit("StopUnit", "gprs.service"); // as the daemon for a write
    ASSERT_TRUE(manager().becomes("gprs.service", "inactive"));
    remember("gprs.service");
    EXPECT_EQ(give_back(), 1);
    EXPECT_THAT(log(), HasSubstr("bgs2d is running"));
    EXPECT_EQ(manager().state("gprs.service"), "inactive");

    daemon.signal(SIGKILL);
    ASSERT_TRUE(daemon.wait(10s));
    EXPECT_EQ(give_back(), 0) << log();
    EXPECT_TRUE(manager().becomes("gprs.service", "active"));
    EXPECT_THAT(remembered(), IsEmpty());
}

} // namespace
} // namespace bgs2::test
