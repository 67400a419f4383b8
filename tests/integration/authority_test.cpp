// Who may have what done: with the real polkitd and the actions and rules that are shipped, and without
// polkit.
#include "dbus/right.h"
#include "tests/integration/calls.h"
#include "tests/integration/certificates.h"
#include "tests/integration/interface_file.h"
#include "tests/integration/password_dialogue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <pwd.h>
#include <set>
#include <sys/mman.h>
#include <unistd.h>

namespace bgs2::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* denied = "org.freedesktop.DBus.Error.AccessDenied";
constexpr const char* manager_path = "/io/bgs2d1";
constexpr const char* manager = "io.bgs2d1.Manager";

/// Methods that anybody may call. Every other one of the interface has to refuse those who lack a right.
const std::set<std::string> free_to_call{
    "io.bgs2d1.Manager.ListModems",    "io.bgs2d1.Manager.GetModem",
    "io.bgs2d1.Manager.ListPorts",     "io.bgs2d1.Manager.ListPolicies",
    "io.bgs2d1.Manager.ExplainPolicy", "io.bgs2d1.Manager.CheckPolicy",
    "io.bgs2d1.Manager.History",       "io.bgs2d1.Modem.Plan",
};

/// Something of that type that the method could be given.
void append(sdbus::MethodCall& call, const std::string& type) {
    if (type == "s")
        call << std::string();
    else if (type == "u")
        call << std::uint32_t{0};
    else if (type == "a{sv}")
        call << Gateway::Dictionary{};
    else if (type == "h")
        call << sdbus::UnixFd(::memfd_create("empty", MFD_CLOEXEC), sdbus::adopt_fd);
    else
        throw std::logic_error("say here what to give a method for the type " + type);
}

const char* why_not(Authorities authorities) {
    if (::geteuid() != 0)
        return "SKIPPED: becoming another user takes root";
    if (authorities == Authorities::polkit && ::access("/usr/lib/polkit-1/polkitd", X_OK) != 0)
        return "SKIPPED: polkitd is not installed";
    return nullptr;
}

class Rights : public testing::Test {
  protected:
    void begin(Authorities authorities, const std::vector<std::string>& modem = {}) {
        gateway_ = std::make_unique<Gateway>(std::vector<std::string>{"modem"}, authorities);
        gateway_->write_policy("10-client", "[provision]\nmode = \"manual\"\n" + client_policy(*gateway_));
        gateway_->start();
        gateway_->plug("modem", modem);
        ASSERT_TRUE(gateway_->becomes("drifted")) << gateway_->log();
    }

    [[nodiscard]] Ending rescan_as(const Account& account) const {
        return Visitor(*gateway_, account).call(manager_path, manager, "Rescan");
    }

    /// All that the bus shows, as text.
    [[nodiscard]] std::string everything() const {
        const std::string output = gateway_->path("everything");
        std::filesystem::remove(output);
        const std::vector<std::vector<std::string>> calls{
            {"call", "io.bgs2d1", manager_path, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects"},
            {"call", "io.bgs2d1", manager_path, "org.freedesktop.DBus.Properties", "GetAll", "s", manager},
            {"call", "io.bgs2d1", manager_path, manager, "ListPolicies"},
            {"call", "io.bgs2d1", manager_path, manager, "ListPorts"}};
        for (const auto& call : calls) {
            std::vector<std::string> command{"busctl", "--address=" + gateway_->bus_address()};
            command.insert(command.end(), call.begin(), call.end());
            Process busctl(command, {.environment = {}, .output = output});
            EXPECT_EQ(busctl.wait(30s), 0);
        }
        std::ifstream stream(output);
        return {std::istreambuf_iterator(stream), {}};
    }

    std::unique_ptr<Gateway> gateway_;
};

class RightsBy : public Rights, public testing::WithParamInterface<Authorities> {
  protected:
    void SetUp() override {
        if (const char* reason = why_not(GetParam()))
            GTEST_SKIP() << reason;
        ASSERT_NO_FATAL_FAILURE(begin(GetParam()));
    }
};

TEST_P(RightsBy, RootAndMembersOfTheGroupMay) {
    const std::string modem = "/io/bgs2d1/modem/" + std::string(default_imei);
    for (const Account& account : {root, member}) {
        const Visitor visitor(*gateway_, account);
        EXPECT_EQ(visitor.call(manager_path, manager, "Rescan").message, "") << account.name;
        EXPECT_EQ(visitor.call(manager_path, manager, "Reload").message, "") << account.name;
        // The other one's job may be at work still.
        EXPECT_TRUE(gateway_->eventually([&] {
            return visitor.call(modem, "io.bgs2d1.Modem", "Refresh").error.empty();
        })) << account.name;
    }
}

TEST_P(RightsBy, OthersMayNotAndAreToldWhatRightIsMissing) {
    for (const Account& account : {nobody, stranger}) {
        const Ending ending = rescan_as(account);
        EXPECT_EQ(ending.error, denied) << account.name;
        EXPECT_THAT(ending.message,
                    HasSubstr("you may not manage bgs2d: that takes the right io.bgs2d1.manage"));
        EXPECT_THAT(ending.message, HasSubstr("the members of the group bgs2d"));
    }
}

TEST_P(RightsBy, WhoIsDeniedChangesNothing) {
    const auto job = gateway_->ask("Refresh");
    ASSERT_TRUE(gateway_->eventually([&] { return gateway_->end_of(job).has_value(); }));
    ASSERT_TRUE(gateway_->becomes("drifted"));
    const std::map<std::string, std::string> paths{
        {"io.bgs2d1.Manager", manager_path},
        {"io.bgs2d1.Modem", "/io/bgs2d1/modem/" + std::string(default_imei)},
        {"io.bgs2d1.Job", job}};
    const std::string before = everything();
    const std::string conversation = gateway_->modem_log("modem");
    std::size_t refused = 0;
    for (const Account& account : {nobody, stranger}) {
        const Visitor visitor(*gateway_, account);
        for (const Method& method : methods_of(BGS2_INTERFACE)) {
            const std::string name = method.interface + "." + method.name;
            if (free_to_call.contains(name))
                continue;
            auto call = visitor.make_call(paths.at(method.interface), method.interface, method.name);
            for (const std::string& type : method.inputs)
                append(call, type);
            const Ending ending = visitor.call(call);
            EXPECT_EQ(ending.error, denied) << account.name << ": " << name;
            EXPECT_TRUE(std::ranges::any_of(dbus::rights,
                                            [&](dbus::Right right) {
                                                return ending.message.find("that takes the right " +
                                                                           std::string(action(right))) !=
                                                       std::string::npos;
                                            }))
                << name << ": " << ending.message;
            ++refused;
        }
    }
    EXPECT_GE(refused, 10U) << "the interface was not read";
    EXPECT_EQ(everything(), before);
    EXPECT_EQ(gateway_->modem_log("modem"), conversation);
    EXPECT_EQ(gateway_->frames("modem"), 0U);
}

TEST_P(RightsBy, WhatIsFreeToCallIsThereAndAnybodyMay) {
    std::set<std::string> unknown = free_to_call;
    const Visitor visitor(*gateway_, nobody);
    for (const Method& method : methods_of(BGS2_INTERFACE)) {
        const std::string name = method.interface + "." + method.name;
        if (unknown.erase(name) == 0)
            continue;
        auto call = visitor.make_call(method.interface == "io.bgs2d1.Modem"
                                          ? "/io/bgs2d1/modem/" + std::string(default_imei)
                                          : manager_path,
                                      method.interface, method.name);
        for (const std::string& type : method.inputs)
            append(call, type);
        EXPECT_NE(visitor.call(call).error, denied) << name;
    }
    EXPECT_THAT(unknown, IsEmpty()) << "no such methods";
}

INSTANTIATE_TEST_SUITE_P(Authority, RightsBy, testing::Values(Authorities::group, Authorities::polkit),
                         [](const auto& each) {
                             return each.param == Authorities::group ? "WithoutPolkit" : "WithPolkit";
                         });

class RightsByPolkit : public Rights {
  protected:
    void SetUp() override {
        if (const char* reason = why_not(Authorities::polkit))
            GTEST_SKIP() << reason;
    }

    /// Whether the visitor's Rescan leads to a dialogue that is open.
    bool opens(Visitor& visitor, PasswordDialogue& dialogue) {
        pending_ = visitor.ask_to_rescan();
        return gateway_->eventually([&] {
            visitor.process();
            dialogue.process();
            return dialogue.is_open() || pending_->ending;
        }) && dialogue.is_open();
    }

    bool ends(Visitor& visitor) {
        return gateway_->eventually([&] {
            visitor.process();
            return pending_->ending.has_value();
        });
    }

    std::shared_ptr<PendingCall> pending_;
};

TEST_F(RightsByPolkit, PolkitKnowsEveryActionAndNoOther) {
    ASSERT_NO_FATAL_FAILURE(begin(Authorities::polkit));
    using Action =
        sdbus::Struct<std::string, std::string, std::string, std::string, std::string, std::string,
                      std::uint32_t, std::uint32_t, std::uint32_t, std::map<std::string, std::string>>;
    const Visitor visitor(*gateway_, root);
    const auto polkit = sdbus::createProxy(visitor.connection(), "org.freedesktop.PolicyKit1",
                                           "/org/freedesktop/PolicyKit1/Authority");
    std::vector<Action> actions;
    polkit->callMethod("EnumerateActions")
        .onInterface("org.freedesktop.PolicyKit1.Authority")
        .withArguments(std::string())
        .storeResultsTo(actions);
    std::set<std::string> known;
    for (const Action& each : actions) {
        constexpr std::uint32_t auth_admin = 2;
        constexpr std::uint32_t auth_admin_keep = 4;
        known.insert(each.get<0>());
        EXPECT_NE(each.get<1>(), "") << each.get<0>();
        EXPECT_THAT(each.get<2>(), HasSubstr("Authentication is required to ")) << each.get<0>();
        EXPECT_EQ(each.get<6>(), auth_admin);
        EXPECT_EQ(each.get<7>(), auth_admin);
        EXPECT_EQ(each.get<8>(), auth_admin_keep);
        EXPECT_EQ(each.get<9>().at("org.freedesktop.policykit.owner"), "unix-user:bgs2d");
    }
    std::set<std::string> asked;
    for (const dbus::Right right : dbus::rights)
        asked.emplace(action(right));
    EXPECT_EQ(known, asked);
}

TEST_F(RightsByPolkit, WhoDoesNotLetItselfBeAskedIsToldOfThePassword) {
    ASSERT_NO_FATAL_FAILURE(begin(Authorities::polkit));
    const PasswordDialogue dialogue(gateway_->bus_address());
    const Ending ending = rescan_as(stranger);
    EXPECT_EQ(ending.error, denied);
    EXPECT_THAT(ending.message, HasSubstr("it can be asked for with a password"));
    EXPECT_FALSE(dialogue.is_open());
}

TEST_F(RightsByPolkit, WithNobodyToAskForAPasswordTheAnswerIsNo) {
    ASSERT_NO_FATAL_FAILURE(begin(Authorities::polkit));
    Visitor visitor(*gateway_, stranger);
    pending_ = visitor.ask_to_rescan();
    ASSERT_TRUE(ends(visitor)) << gateway_->log();
    EXPECT_EQ(pending_->ending->error, denied);
    EXPECT_THAT(pending_->ending->message, HasSubstr("pkttyagent"));
}

TEST_F(RightsByPolkit, ADialogueThatStaysOpenStallsNobody) {
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

TEST_F(RightsByPolkit, ADialogueThatIsCancelledIsARefusal) {
    ASSERT_NO_FATAL_FAILURE(begin(Authorities::polkit));
    PasswordDialogue dialogue(gateway_->bus_address());
    Visitor visitor(*gateway_, stranger);
    ASSERT_TRUE(opens(visitor, dialogue)) << gateway_->log();
    dialogue.cancel();
    ASSERT_TRUE(ends(visitor));
    EXPECT_EQ(pending_->ending->error, denied);
    EXPECT_THAT(pending_->ending->message,
                HasSubstr("io.bgs2d1.manage (the password dialogue was cancelled)"));
}

TEST_F(RightsByPolkit, ACallerWhoLeavesTakesTheDialogueAlong) {
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

TEST_F(RightsByPolkit, WhoLeavesManyDialoguesOpenHasToAnswerThemFirst) {
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

TEST_F(RightsByPolkit, AModemThatLeftDuringTheDialogueIsGone) {
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

TEST_F(RightsByPolkit, ADaemonThatEndsDoesNotWaitForAPassword) {
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

TEST_F(RightsByPolkit, AJobGoesOnWhenSomebodyWithoutTheRightCancelsIt) {
    ASSERT_NO_FATAL_FAILURE(begin(Authorities::polkit, {"--baud", "9600"}));
    const auto job = gateway_->ask("Provision");
    const Ending ending = Visitor(*gateway_, stranger).call(job, "io.bgs2d1.Job", "Cancel");
    EXPECT_EQ(ending.error, denied);
    EXPECT_THAT(ending.message, HasSubstr("io.bgs2d1.provision"));
    ASSERT_TRUE(gateway_->eventually([&] { return gateway_->end_of(job).has_value(); }));
    EXPECT_EQ(gateway_->end_of(job), "");
    const auto another = gateway_->ask("Refresh");
    EXPECT_EQ(Visitor(*gateway_, member).call(another, "io.bgs2d1.Job", "Cancel").message, "");
}

TEST_F(RightsByPolkit, TheMessageSaysSoIfPolkitIsTooBrokenToDecide) {
    ASSERT_NO_FATAL_FAILURE(begin(Authorities::group));
    // It has the name and knows none of its methods.
    const passwd* account = ::getpwnam("polkitd");
    ASSERT_NE(account, nullptr);
    const Visitor impostor(*gateway_, {.name = "polkitd", .uid = account->pw_uid});
    impostor.connection().requestName("org.freedesktop.PolicyKit1");
    Visitor visitor(*gateway_, member);
    pending_ = visitor.ask_to_rescan();
    ASSERT_TRUE(gateway_->eventually([&] {
        impostor.connection().processPendingRequest();
        visitor.process();
        return pending_->ending.has_value();
    }));
    EXPECT_EQ(pending_->ending->error, denied) << "the group counts only where there is no polkit";
    EXPECT_THAT(pending_->ending->message, HasSubstr("polkit did not decide: "));
}

} // namespace
} // namespace bgs2::test
