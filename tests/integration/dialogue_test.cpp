// SPDX-License-Identifier: Apache-2.0
// Authorization by password: the daemon continues its work while the dialogue is open.
#include "tests/integration/rights.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

namespace bgs2::test {
namespace {

using testing::HasSubstr;

TEST_F(RightsByPolkit, ANonInteractiveCallIsDeniedWithAPasswordHint) {
    ASSERT_NO_FATAL_FAILURE(begin(Authorities::polkit));
    const PasswordDialogue dialogue(gateway_->bus_address());
    const Ending ending = rescan_as(stranger);
    EXPECT_EQ(ending.error, denied);
    EXPECT_THAT(ending.message, HasSubstr("allow the call to ask for a password"));
    EXPECT_FALSE(dialogue.is_open());
}

TEST_F(RightsByPolkit, AnInteractiveCallWithoutAnAgentIsDenied) {
    ASSERT_NO_FATAL_FAILURE(begin(Authorities::polkit));
    Visitor visitor(*gateway_, stranger);
    pending_ = visitor.ask_to_rescan();
    ASSERT_TRUE(ends(visitor)) << gateway_->log();
    EXPECT_EQ(pending_->ending->error, denied);
    EXPECT_THAT(pending_->ending->message, HasSubstr("pkttyagent"));
}

TEST_F(RightsByPolkit, AnOpenDialogueDoesNotBlockOtherCalls) {
    ASSERT_NO_FATAL_FAILURE(begin(Authorities::polkit));
    PasswordDialogue dialogue(gateway_->bus_address());
    Visitor visitor(*gateway_, stranger);
    ASSERT_TRUE(opens(visitor, dialogue)) << gateway_->log();
    EXPECT_EQ(dialogue.action(), "io.bgs2d1.manage");
    EXPECT_THAT(dialogue.message(), HasSubstr("Authentication is required"));
    EXPECT_EQ(rescan_as(root).message, "");
    EXPECT_EQ(rescan_as(member).message, "");
    EXPECT_EQ(rescan_as(nobody).error, denied);
    EXPECT_EQ(visitor.call(manager_path, manager, "ListModems").message, "") << "the same caller";
    const auto job = gateway_->ask("Provision");
    EXPECT_TRUE(gateway_->eventually([&] { return gateway_->end_of(job).has_value(); }));
    EXPECT_EQ(gateway_->property("State"), "compliant");
    visitor.process();
    EXPECT_FALSE(pending_->ending) << "nobody has answered";
    dialogue.enter_the_right_password();
    ASSERT_TRUE(ends(visitor));
    EXPECT_EQ(pending_->ending->message, "");
}

TEST_F(RightsByPolkit, ACancelledDialogueDeniesTheCall) {
    ASSERT_NO_FATAL_FAILURE(begin(Authorities::polkit));
    PasswordDialogue dialogue(gateway_->bus_address());
    Visitor visitor(*gateway_, stranger);
    ASSERT_TRUE(opens(visitor, dialogue)) << gateway_->log();
    dialogue.cancel();
    ASSERT_TRUE(ends(visitor));
    EXPECT_EQ(pending_->ending->error, denied);
    EXPECT_THAT(pending_->ending->message,
                HasSubstr("io.bgs2d1.manage; the password dialogue was cancelled\n"));
}

TEST_F(RightsByPolkit, TheDialogueClosesWhenTheCallerDisconnects) {
    ASSERT_NO_FATAL_FAILURE(begin(Authorities::polkit));
    PasswordDialogue dialogue(gateway_->bus_address());
    auto visitor = std::make_unique<Visitor>(*gateway_, stranger);
    ASSERT_TRUE(opens(*visitor, dialogue)) << gateway_->log();
    visitor.reset();
    EXPECT_TRUE(gateway_->eventually([&] {
        dialogue.process();
        return !dialogue.is_open();
    }));
    EXPECT_EQ(rescan_as(root).message, "");
    EXPECT_EQ(rescan_as(stranger).error, denied);
}

TEST_F(RightsByPolkit, ACallerIsLimitedToSixteenOpenDialogues) {
    ASSERT_NO_FATAL_FAILURE(begin(Authorities::polkit));
    PasswordDialogue dialogue(gateway_->bus_address());
    Visitor visitor(*gateway_, stranger);
    std::vector<std::shared_ptr<PendingCall>> waiting;
    constexpr int most = 16;
    for (int i = 0; i < most; ++i)
        waiting.push_back(visitor.ask_to_rescan());
    pending_ = visitor.ask_to_rescan();
    ASSERT_TRUE(ends(visitor)) << gateway_->log();
    EXPECT_EQ(pending_->ending->error, "io.bgs2d1.Error.Busy") << pending_->ending->message;
    EXPECT_TRUE(std::ranges::none_of(waiting, [](const auto& call) { return call->ending.has_value(); }));
    EXPECT_EQ(rescan_as(member).message, "");
    EXPECT_EQ(rescan_as(stranger).error, denied) << "this one is not asked for a password";
}

TEST_F(RightsByPolkit, UnpluggingDuringTheDialogueFailsTheCallWithDeviceGone) {
    ASSERT_NO_FATAL_FAILURE(begin(Authorities::polkit));
    PasswordDialogue dialogue(gateway_->bus_address());
    Visitor visitor(*gateway_, stranger);
    pending_ = visitor.ask("/io/bgs2d1/modem/" + std::string(default_imei), "io.bgs2d1.Modem", "Refresh");
    ASSERT_TRUE(gateway_->eventually([&] {
        dialogue.process();
        return dialogue.is_open();
    }));
    gateway_->unplug("modem");
    ASSERT_TRUE(gateway_->becomes(""));
    dialogue.enter_the_right_password();
    ASSERT_TRUE(ends(visitor));
    EXPECT_EQ(pending_->ending->error, "io.bgs2d1.Error.DeviceGone") << pending_->ending->message;
}

TEST_F(RightsByPolkit, ShutdownDoesNotWaitForAPassword) {
    ASSERT_NO_FATAL_FAILURE(begin(Authorities::polkit));
    PasswordDialogue dialogue(gateway_->bus_address());
    Visitor visitor(*gateway_, stranger);
    ASSERT_TRUE(opens(visitor, dialogue)) << gateway_->log();
    EXPECT_EQ(gateway_->stop(), 0) << gateway_->log();
    ASSERT_TRUE(ends(visitor));
    EXPECT_EQ(pending_->ending->error, "io.bgs2d1.Error.Cancelled");
    EXPECT_TRUE(gateway_->eventually([&] {
        dialogue.process();
        return !dialogue.is_open();
    })) << "nothing is left to decide";
}

} // namespace
} // namespace bgs2::test
