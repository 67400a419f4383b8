// SPDX-License-Identifier: Apache-2.0
// Units of the real systemd are stopped for a port, and started again whatever happens.
#include "tests/integration/units_fixture.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>

namespace bgs2::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* port = "/dev/ttyS1";
constexpr const char* other_port = "/dev/ttyS2";

class LendingOfUnits : public WithServiceManager {
  protected:
    void SetUp() override {
        WithServiceManager::SetUp();
        if (IsSkipped())
            return;
        for (const char* unit : {"a.service", "b.service"}) {
            manager().write_sleeper(unit);
            ASSERT_TRUE(manager().start(unit));
        }
        bgs2d_ = client();
    }
    void TearDown() override { bgs2d_.reset(); }

    std::optional<Error> stop(const std::string& for_port, std::vector<std::string> units) {
        return bgs2d_->error_of(bgs2d_->lending().stop(for_port, std::move(units)));
    }
    bool all_given_back() {
        return bgs2d_->run_until([&] { return remembered().empty(); });
    }

    std::unique_ptr<UnitsClient> bgs2d_;
};

TEST_F(LendingOfUnits, StopsThemAndStartsThemAgain) {
    EXPECT_EQ(stop(port, {"a.service", "b.service"}), std::nullopt);
    EXPECT_EQ(manager().state("a.service"), "inactive");
    EXPECT_EQ(manager().state("b.service"), "inactive");
    EXPECT_THAT(bgs2d_->lending().stopped_for(port), ElementsAre("a.service", "b.service"));
    EXPECT_THAT(remembered(), ElementsAre("a.service", "b.service"));
    bgs2d_->lending().give_back(port);
    EXPECT_THAT(bgs2d_->lending().stopped_for(port), IsEmpty());
    ASSERT_TRUE(all_given_back());
    EXPECT_TRUE(manager().becomes("a.service", "active"));
    EXPECT_TRUE(manager().becomes("b.service", "active"));
    const auto& log = bgs2d_->log();
    EXPECT_LT(std::ranges::find(log, "starting b.service"), std::ranges::find(log, "starting a.service"));
}

TEST_F(LendingOfUnits, LeavesAStoppedUnitStopped) {
    manager().call_for_unit("StopUnit", "b.service");
    ASSERT_TRUE(manager().becomes("b.service", "inactive"));
    EXPECT_EQ(stop(port, {"a.service", "b.service"}), std::nullopt);
    EXPECT_THAT(remembered(), ElementsAre("a.service"));
    bgs2d_->lending().give_back(port);
    ASSERT_TRUE(all_given_back());
    EXPECT_TRUE(manager().becomes("a.service", "active"));
    EXPECT_EQ(manager().state("b.service"), "inactive");
}

TEST_F(LendingOfUnits, StartsAUnitAfterTheLastOfItsPorts) {
    EXPECT_EQ(stop(port, {"a.service"}), std::nullopt);
    EXPECT_EQ(stop(other_port, {"a.service"}), std::nullopt);
    EXPECT_THAT(bgs2d_->lending().stopped_for(other_port), ElementsAre("a.service"));
    bgs2d_->lending().give_back(port);
    EXPECT_FALSE(bgs2d_->run_until([&] { return remembered().empty(); }, std::chrono::milliseconds(200)));
    EXPECT_EQ(manager().state("a.service"), "inactive");
    bgs2d_->lending().give_back(other_port);
    ASSERT_TRUE(all_given_back());
    EXPECT_TRUE(manager().becomes("a.service", "active"));
}

TEST_F(LendingOfUnits, KeepsAUnitForAPortThatNeedsItBeforeItIsStarted) {
    EXPECT_EQ(stop(port, {"a.service"}), std::nullopt);
    bgs2d_->lending().give_back(port); // its start was not sent yet
    EXPECT_EQ(stop(other_port, {"a.service"}), std::nullopt);
    EXPECT_EQ(manager().state("a.service"), "inactive");
    EXPECT_THAT(remembered(), ElementsAre("a.service"));
    bgs2d_->lending().give_back(other_port);
    ASSERT_TRUE(all_given_back());
    EXPECT_TRUE(manager().becomes("a.service", "active"));
}

TEST_F(LendingOfUnits, StartsUnitsAgainIfTheNextCannotBeStopped) {
    const auto error = stop(port, {"a.service", "none.service"});
    ASSERT_TRUE(error);
    EXPECT_EQ(error->code, ErrorCode::not_found);
    EXPECT_THAT(bgs2d_->lending().stopped_for(port), IsEmpty());
    ASSERT_TRUE(all_given_back());
    EXPECT_TRUE(manager().becomes("a.service", "active"));
}

TEST_F(LendingOfUnits, ForgetsAUnitThatSystemdRefusesToStop) {
    manager().write_unit("locked.service", "[Unit]\nDefaultDependencies=no\nRefuseManualStop=yes\n"
                                           "[Service]\nExecStart=sleep infinity\n");
    ASSERT_TRUE(manager().start("locked.service"));
    const auto error = stop(port, {"a.service", "locked.service"});
    ASSERT_TRUE(error);
    EXPECT_THAT(error->what, HasSubstr("cannot stop locked.service"));
    EXPECT_THAT(bgs2d_->lending().stopped_for(port), IsEmpty());
    ASSERT_TRUE(all_given_back());
    EXPECT_THAT(bgs2d_->log(), Contains("started a.service again"));
    EXPECT_THAT(bgs2d_->log(), Not(Contains(HasSubstr("started locked.service"))));
}

TEST_F(LendingOfUnits, KeepsAUnitThatSystemdBeganToStop) {
    manager().write_unit("stubborn.service",
                         "[Unit]\nDefaultDependencies=no\n[Service]\nTimeoutStopSec=2\n"
                         "ExecStart=sh -c 'trap \"\" TERM; touch ready; while :; do sleep 1; done'\n"
                         "WorkingDirectory=" +
                             manager().path("runtime") + "\n");
    ASSERT_TRUE(manager().start("stubborn.service"));
    ASSERT_TRUE(
        manager().eventually([&] { return std::filesystem::exists(manager().path("runtime/ready")); }));
    std::optional<Error> error;
    bgs2d_->start(store_error(bgs2d_->lending().stop(port, {"stubborn.service"}), error));
    ASSERT_TRUE(bgs2d_->run_until([&] { return manager().state("stubborn.service") == "deactivating"; }));
    manager().call_for_unit("StartUnit", "stubborn.service");
    ASSERT_TRUE(bgs2d_->run_until([&] { return error.has_value(); }));
    EXPECT_THAT(error->what, HasSubstr("another program started it"));
    EXPECT_THAT(remembered(), ElementsAre("stubborn.service")) << "it may stop before it is started";
    ASSERT_TRUE(all_given_back());
    EXPECT_TRUE(manager().becomes("stubborn.service", "active")) << manager().state("stubborn.service");
}

TEST_F(LendingOfUnits, StopsNoUnitThatCannotBeRemembered) {
    std::ofstream(run_directory()) << "not a directory";
    const std::uint32_t process = manager().main_process("a.service");
    const auto error = stop(port, {"a.service"});
    std::filesystem::remove(run_directory());
    ASSERT_TRUE(error);
    EXPECT_THAT(error->what, HasSubstr("cannot write " + run_directory().string() + "/a.service"));
    EXPECT_EQ(manager().main_process("a.service"), process) << "it was not stopped";
}

TEST_F(LendingOfUnits, ForgetsAUnitThatNoLongerExists) {
    EXPECT_EQ(stop(port, {"a.service"}), std::nullopt);
    std::filesystem::remove(manager().path("units/a.service"));
    manager().reload();
    bgs2d_->lending().give_back(port);
    ASSERT_TRUE(all_given_back());
    EXPECT_THAT(bgs2d_->log(), Contains(HasSubstr("cannot start a.service")));
}

TEST_F(LendingOfUnits, RetriesAStartThatFails) {
    const std::string file = manager().path("runtime/present");
    manager().write_unit("fragile.service",
                         "[Unit]\nDefaultDependencies=no\n[Service]\nType=oneshot\nRemainAfterExit=yes\n"
                         "ExecStart=test -e " +
                             file + "\n");
    std::ofstream{file};
    ASSERT_TRUE(manager().start("fragile.service"));
    EXPECT_EQ(stop(port, {"fragile.service"}), std::nullopt);
    std::filesystem::remove(file);
    bgs2d_->lending().give_back(port);
    ASSERT_TRUE(bgs2d_->run_until([&] {
        return std::ranges::any_of(bgs2d_->log(), [](const std::string& line) {
            return line.starts_with("cannot start fragile.service: the result is 'failed'");
        });
    }));
    EXPECT_THAT(remembered(), ElementsAre("fragile.service"));
    EXPECT_THAT(bgs2d_->log(), Not(Contains("started fragile.service again")));
    std::ofstream{file};
    ASSERT_TRUE(all_given_back());
    EXPECT_EQ(manager().state("fragile.service"), "active");
}

TEST_F(LendingOfUnits, StartsOthersWhileOneWaits) {
    manager().write_unit("gate.service", "[Unit]\nDefaultDependencies=no\n[Service]\nType=oneshot\n"
                                         "ExecStart=sleep infinity\n");
    manager().write_unit("waiting.service", "[Unit]\nDefaultDependencies=no\nAfter=gate.service\n"
                                            "[Service]\nExecStart=sleep infinity\n");
    ASSERT_TRUE(manager().start("waiting.service"));
    EXPECT_EQ(stop(port, {"a.service", "waiting.service"}), std::nullopt);
    manager().call_for_unit("StartUnit", "gate.service");
    ASSERT_TRUE(manager().becomes("gate.service", "activating"));
    bgs2d_->lending().give_back(port);
    ASSERT_TRUE(bgs2d_->run_until([&] { return !remembered().contains("a.service"); }));
    EXPECT_THAT(remembered(), ElementsAre("waiting.service"));
    EXPECT_EQ(stop(other_port, {"waiting.service"}), std::nullopt) << "it replaces the start";
    bgs2d_->lending().give_back(other_port);
    manager().call_for_unit("StopUnit", "gate.service");
    ASSERT_TRUE(all_given_back());
    EXPECT_EQ(manager().state("waiting.service"), "active");
    EXPECT_THAT(bgs2d_->log(), Not(Contains(HasSubstr("cannot"))));
}

TEST_F(LendingOfUnits, StartsAtItsStartThoseThatAnEarlierProcessStopped) {
    EXPECT_EQ(stop(port, {"a.service", "b.service"}), std::nullopt);
    bgs2d_ = client(); // as after SIGKILL: nothing was given back
    EXPECT_THAT(remembered(), ElementsAre("a.service", "b.service"));
    EXPECT_EQ(manager().state("a.service"), "inactive");
    EXPECT_EQ(bgs2d_->error_of(bgs2d_->lending().give_back_all()), std::nullopt);
    ASSERT_TRUE(all_given_back());
    EXPECT_TRUE(manager().becomes("a.service", "active"));
    EXPECT_TRUE(manager().becomes("b.service", "active"));
}

TEST_F(LendingOfUnits, BorrowsAUnitThatAnEarlierProcessStopped) {
    EXPECT_EQ(stop(port, {"a.service"}), std::nullopt);
    bgs2d_ = client();
    EXPECT_EQ(stop(other_port, {"a.service"}), std::nullopt);
    EXPECT_THAT(bgs2d_->lending().stopped_for(other_port), ElementsAre("a.service"));
    EXPECT_EQ(bgs2d_->error_of(bgs2d_->lending().give_back_all()), std::nullopt);
    EXPECT_EQ(manager().state("a.service"), "inactive") << "it is borrowed again";
    bgs2d_->lending().give_back(other_port);
    ASSERT_TRUE(all_given_back());
    EXPECT_TRUE(manager().becomes("a.service", "active"));
}

TEST_F(LendingOfUnits, LeavesThemToOthersOnceItIsClosed) {
    EXPECT_EQ(stop(port, {"a.service"}), std::nullopt);
    bgs2d_->lending().close();
    bgs2d_->lending().give_back(port);
    EXPECT_FALSE(bgs2d_->run_until([&] { return remembered().empty(); }, std::chrono::milliseconds(200)));
    EXPECT_EQ(manager().state("a.service"), "inactive");
}

} // namespace
} // namespace bgs2::test
