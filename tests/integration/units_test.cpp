// SPDX-License-Identifier: Apache-2.0
// Units of the real systemd.
#include "tests/integration/units_fixture.h"
#include "tests/support/gateway.h"

#include <gmock/gmock.h>

namespace bgs2::test {
namespace {

using testing::HasSubstr;

using Units = WithServiceManager;

TEST_F(Units, AreActiveWhileTheyRun) {
    manager().write_sleeper("sleeper.service");
    const auto bgs2d = client();
    EXPECT_EQ(bgs2d->is_active("sleeper.service"), false);
    ASSERT_TRUE(manager().start("sleeper.service"));
    EXPECT_EQ(bgs2d->is_active("sleeper.service"), true);
}

TEST_F(Units, AreActiveWhileTheirStartWaitsForAnother) {
    manager().write_unit("slow.service", "[Unit]\nDefaultDependencies=no\n[Service]\nType=oneshot\n"
                                         "ExecStart=sleep infinity\n");
    manager().write_unit("waiting.service",
                         "[Unit]\nDefaultDependencies=no\nWants=slow.service\nAfter=slow.service\n"
                         "[Service]\nExecStart=sleep infinity\n");
    manager().call_for_unit("StartUnit", "waiting.service");
    ASSERT_TRUE(manager().becomes("slow.service", "activating"));
    EXPECT_EQ(manager().state("waiting.service"), "inactive");
    const auto bgs2d = client();
    EXPECT_EQ(bgs2d->is_active("waiting.service"), true);
    EXPECT_EQ(bgs2d->is_active("slow.service"), true);
    EXPECT_FALSE(bgs2d->error_of(bgs2d->units().stop("waiting.service")));
    EXPECT_EQ(bgs2d->is_active("waiting.service"), false);
}

TEST_F(Units, ThatDoNotExistAreReported) {
    const auto bgs2d = client();
    const auto active = bgs2d->is_active("none.service");
    ASSERT_FALSE(active);
    EXPECT_EQ(active.error().code, ErrorCode::not_found);
    EXPECT_EQ(active.error().what, "cannot read the state of none.service: there is no such unit");
    for (const auto& error : {bgs2d->error_of(bgs2d->units().start("none.service")),
                              bgs2d->error_of(bgs2d->units().stop("none.service"))}) {
        ASSERT_TRUE(error);
        EXPECT_EQ(error->code, ErrorCode::not_found) << to_string(*error);
        EXPECT_THAT(error->what, HasSubstr("none.service"));
    }
}

TEST_F(Units, HaveStoppedWhenStopReturns) {
    manager().write_unit(
        "slow.service",
        "[Unit]\nDefaultDependencies=no\n[Service]\n"
        "ExecStart=sh -c 'trap \"sleep 0.5; exit 0\" TERM; touch ready; sleep infinity & wait'\n"
        "WorkingDirectory=" +
            manager().path("runtime") + "\n");
    ASSERT_TRUE(manager().start("slow.service"));
    ASSERT_TRUE(
        manager().eventually([&] { return std::filesystem::exists(manager().path("runtime/ready")); }));
    const auto bgs2d = client();
    EXPECT_FALSE(bgs2d->error_of(bgs2d->units().stop("slow.service")));
    EXPECT_EQ(manager().state("slow.service"), "inactive");
    EXPECT_FALSE(bgs2d->error_of(bgs2d->units().stop("slow.service"))) << "it is stopped already";
    EXPECT_FALSE(bgs2d->error_of(bgs2d->units().start("slow.service")));
    EXPECT_TRUE(manager().becomes("slow.service", "active"));
}

TEST_F(Units, ThatAreStartedMeanwhileAreNotStopped) {
    manager().write_unit("stubborn.service",
                         "[Unit]\nDefaultDependencies=no\n[Service]\nTimeoutStopSec=2\n"
                         "ExecStart=sh -c 'trap \"\" TERM; touch ready; while :; do sleep 1; done'\n"
                         "WorkingDirectory=" +
                             manager().path("runtime") + "\n");
    ASSERT_TRUE(manager().start("stubborn.service"));
    ASSERT_TRUE(
        manager().eventually([&] { return std::filesystem::exists(manager().path("runtime/ready")); }));
    const auto bgs2d = client();
    std::optional<Error> error;
    bgs2d->start(store_error(bgs2d->units().stop("stubborn.service"), error));
    ASSERT_TRUE(bgs2d->run_until([&] { return manager().state("stubborn.service") == "deactivating"; }));
    manager().call_for_unit("StartUnit", "stubborn.service");
    ASSERT_TRUE(bgs2d->run_until([&] { return error.has_value(); }));
    EXPECT_EQ(error->what, "cannot stop stubborn.service: another program started it meanwhile");
}

TEST_F(Units, HaveStartedWhenStartReturns) {
    manager().write_unit("broken.service", "[Unit]\nDefaultDependencies=no\n[Service]\nType=oneshot\n"
                                           "ExecStart=false\n");
    manager().write_unit("dependent.service",
                         "[Unit]\nDefaultDependencies=no\nRequires=broken.service\nAfter=broken.service\n"
                         "[Service]\nExecStart=sleep infinity\n");
    manager().write_sleeper("sleeper.service");
    const auto bgs2d = client();
    EXPECT_FALSE(bgs2d->error_of(bgs2d->units().start("sleeper.service")));
    EXPECT_EQ(manager().state("sleeper.service"), "active");
    EXPECT_FALSE(bgs2d->error_of(bgs2d->units().start("sleeper.service"))) << "it is started already";
    const auto failed = bgs2d->error_of(bgs2d->units().start("broken.service"));
    ASSERT_TRUE(failed);
    EXPECT_EQ(failed->what, "cannot start broken.service: the result is 'failed'");
    const auto refused = bgs2d->error_of(bgs2d->units().start("dependent.service"));
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->what, "cannot start dependent.service: the result is 'dependency'");
}

TEST_F(Units, CallsEndWithTheClient) {
    manager().write_unit("stubborn.service", "[Unit]\nDefaultDependencies=no\n[Service]\n"
                                             "ExecStart=sh -c 'trap \"\" TERM; while :; do sleep 1; done'\n");
    ASSERT_TRUE(manager().start("stubborn.service"));
    const auto bgs2d = client();
    std::optional<Error> error;
    bgs2d->start(store_error(bgs2d->units().stop("stubborn.service"), error));
    EXPECT_TRUE(bgs2d->run_until([&] { return manager().state("stubborn.service") == "deactivating"; }));
    bgs2d->units().close();
    ASSERT_TRUE(bgs2d->run_until([&] { return error.has_value(); }));
    EXPECT_EQ(error->code, ErrorCode::cancelled);
}

TEST(UnitsWithoutSystemd, AreReported) {
    const Gateway gateway;
    UnitsClient bgs2d(gateway.bus_address(), gateway.path("run"));
    const auto active = bgs2d.is_active("gprs.service");
    ASSERT_FALSE(active);
    EXPECT_EQ(active.error().code, ErrorCode::failed);
    EXPECT_EQ(active.error().what, "cannot read the state of gprs.service: systemd is not on the system bus");
    EXPECT_THAT(active.error().hint, HasSubstr("borrow-from"));
}

} // namespace
} // namespace bgs2::test
