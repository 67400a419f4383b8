// SPDX-License-Identifier: Apache-2.0
// Authorization with the real polkitd and the shipped actions and rules, and without polkit.
#include "dbus/polkit_action.h"
#include "dbus/sdbus/sdbus.h"
#include "tests/integration/rights.h"
#include "tests/support/introspection.h"
#include "tests/support/program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <pwd.h>
#include <set>
#include <stdexcept>
#include <string>
#include <sys/mman.h>
#include <vector>

namespace bgs2::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

/// Methods without authorization. All other methods must deny access to unauthorized callers.
const std::set<std::string> unrestricted_methods{
    "io.bgs2d1.Manager.ListModems",   "io.bgs2d1.Manager.GetModem",      "io.bgs2d1.Manager.ListPorts",
    "io.bgs2d1.Manager.ListPolicies", "io.bgs2d1.Manager.ExplainPolicy", "io.bgs2d1.Manager.CheckPolicy",
    "io.bgs2d1.Manager.History",      "io.bgs2d1.Manager.Rights",        "io.bgs2d1.Modem.Plan",
};

/// A valid argument of that type for the method.
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

void append_arguments(sdbus::MethodCall& call, const Documented& method) {
    for (const Argument& argument : method.arguments) {
        if (argument.direction == "in")
            append(call, argument.type);
    }
}

/// The content of the interface file.
std::vector<Documented> methods() {
    std::vector<Documented> all = read_introspection(read_text(BGS2_INTERFACE)).all;
    std::erase_if(all, [](const Documented& each) { return each.kind != "method"; });
    return all;
}

class Authorization : public Rights, public testing::WithParamInterface<Authorities> {
  protected:
    void SetUp() override {
        if (const char* reason = why_not(GetParam()))
            GTEST_SKIP() << reason;
        ASSERT_NO_FATAL_FAILURE(begin(GetParam()));
    }
};

TEST_P(Authorization, IsGrantedToRootAndMembersOfTheGroup) {
    const std::string modem = "/io/bgs2d1/modem/" + std::string(default_imei);
    for (const Account& account : {root, member}) {
        const Visitor visitor(*gateway_, account);
        EXPECT_EQ(visitor.call(manager_path, manager, "Rescan").message, "") << account.name;
        EXPECT_EQ(visitor.call(manager_path, manager, "Reload").message, "") << account.name;
        // The job of the other caller may still run.
        EXPECT_TRUE(gateway_->eventually([&] {
            return visitor.call(modem, "io.bgs2d1.Modem", "Refresh").error.empty();
        })) << account.name;
    }
}

TEST_P(Authorization, IsDeniedToOtherUsersNamingTheRequiredAction) {
    for (const Account& account : {nobody, stranger}) {
        const Ending ending = rescan_as(account);
        EXPECT_EQ(ending.error, denied) << account.name;
        EXPECT_THAT(ending.message,
                    HasSubstr("cannot manage bgs2d: permission denied, requires io.bgs2d1.manage"));
        EXPECT_THAT(ending.message, HasSubstr("a member of the group bgs2d"));
    }
}

TEST_P(Authorization, IsListedForEachCaller) {
    std::vector<std::string> all;
    for (const std::string_view right : words_of<dbus::PolkitAction>)
        all.emplace_back(right);
    EXPECT_EQ(Visitor(*gateway_, root).rights(), all);
    EXPECT_EQ(Visitor(*gateway_, member).rights(), all);
    EXPECT_THAT(Visitor(*gateway_, stranger).rights(), IsEmpty());
    EXPECT_THAT(Visitor(*gateway_, nobody).rights(), IsEmpty());
}

TEST_P(Authorization, IsRequiredByAllOtherMethodsAndDenialChangesNothing) {
    const auto job = gateway_->ask("Refresh");
    ASSERT_TRUE(gateway_->eventually([&] { return gateway_->end_of(job).has_value(); }));
    ASSERT_TRUE(gateway_->becomes("drifted"));
    ASSERT_TRUE(gateway_->releases());
    ASSERT_TRUE(gateway_->is_closed("modem"));
    const std::map<std::string, std::string> paths{
        {"io.bgs2d1.Manager", manager_path},
        {"io.bgs2d1.Modem", "/io/bgs2d1/modem/" + std::string(default_imei)},
        {"io.bgs2d1.Job", job}};
    const std::string before = everything();
    const std::string conversation = gateway_->modem_log("modem");
    std::size_t refused = 0;
    for (const Account& account : {nobody, stranger}) {
        const Visitor visitor(*gateway_, account);
        for (const Documented& method : methods()) {
            const std::string name = method.interface + "." + method.name;
            if (unrestricted_methods.contains(name))
                continue;
            auto call = visitor.make_call(paths.at(method.interface), method.interface, method.name);
            append_arguments(call, method);
            const Ending ending = visitor.call(call);
            EXPECT_EQ(ending.error, denied) << account.name << ": " << name;
            EXPECT_TRUE(std::ranges::any_of(words_of<dbus::PolkitAction>,
                                            [&](std::string_view right) {
                                                return ending.message.contains(
                                                    "permission denied, requires " + std::string(right));
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

TEST_P(Authorization, IsNotRequiredForReadAccess) {
    std::set<std::string> unknown = unrestricted_methods;
    const Visitor visitor(*gateway_, nobody);
    for (const Documented& method : methods()) {
        const std::string name = method.interface + "." + method.name;
        if (unknown.erase(name) == 0)
            continue;
        auto call = visitor.make_call(method.interface == "io.bgs2d1.Modem"
                                          ? "/io/bgs2d1/modem/" + std::string(default_imei)
                                          : manager_path,
                                      method.interface, method.name);
        append_arguments(call, method);
        EXPECT_NE(visitor.call(call).error, denied) << name;
    }
    EXPECT_THAT(unknown, IsEmpty()) << "no such methods";
}

INSTANTIATE_TEST_SUITE_P(Authority, Authorization, testing::Values(Authorities::group, Authorities::polkit),
                         [](const auto& each) {
                             return each.param == Authorities::group ? "WithoutPolkit" : "WithPolkit";
                         });

TEST_F(RightsByPolkit, PolkitKnowsEveryActionAndNoOther) {
    ASSERT_NO_FATAL_FAILURE(begin(Authorities::polkit));
    using Action =
        sdbus::Struct<std::string, std::string, std::string, std::string, std::string, std::string,
                      std::uint32_t, std::uint32_t, std::uint32_t, std::map<std::string, std::string>>;
    const Visitor visitor(*gateway_, root);
    const auto polkit = bus::make_proxy(visitor.connection(), "org.freedesktop.PolicyKit1",
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
        if (!each.get<0>().starts_with("io.bgs2d1."))
            continue; // other interfaces
        known.insert(each.get<0>());
        EXPECT_NE(each.get<1>(), "") << each.get<0>();
        EXPECT_THAT(each.get<2>(), HasSubstr("Authentication is required to ")) << each.get<0>();
        EXPECT_EQ(each.get<6>(), auth_admin);
        EXPECT_EQ(each.get<7>(), auth_admin);
        EXPECT_EQ(each.get<8>(), auth_admin_keep);
        EXPECT_EQ(each.get<9>().at("org.freedesktop.policykit.owner"), "unix-user:bgs2d");
    }
    std::set<std::string> asked;
    for (const std::string_view right : words_of<dbus::PolkitAction>)
        asked.emplace(right);
    EXPECT_EQ(known, asked);
}

TEST_F(RightsByPolkit, AJobContinuesWhenAnUnauthorizedCallerCancelsIt) {
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

/// Owns the bus name of polkit, but has none of its methods.
class FailingPolkit : public RightsByPolkit {
  protected:
    void SetUp() override {
        RightsByPolkit::SetUp();
        if (IsSkipped())
            return;
        ASSERT_NO_FATAL_FAILURE(begin(Authorities::group));
        const passwd* account = ::getpwnam("polkitd");
        ASSERT_NE(account, nullptr);
        fake_polkit_.emplace(*gateway_, Account{.name = "polkitd", .uid = account->pw_uid});
        bus::request_name(fake_polkit_->connection(), "org.freedesktop.PolicyKit1");
    }
    std::optional<Visitor> fake_polkit_;
};

TEST_F(FailingPolkit, DeniesAllCallersButRootWithTheReason) {
    Visitor visitor(*gateway_, member);
    pending_ = visitor.ask_to_rescan();
    ASSERT_TRUE(gateway_->eventually([&] {
        fake_polkit_->process();
        visitor.process();
        return pending_->ending.has_value();
    }));
    EXPECT_EQ(pending_->ending->error, denied) << "the group counts only where there is no polkit";
    EXPECT_THAT(pending_->ending->message, HasSubstr("polkit did not decide: "));
    EXPECT_EQ(rescan_as(root).message, "");
}

TEST_F(FailingPolkit, ThatDoesNotReplyDeniesBeforeTheCallTimesOut) {
    const Ending ending = rescan_as(member);
    EXPECT_EQ(ending.error, denied);
    EXPECT_THAT(ending.message, HasSubstr("polkit did not decide: "));
    EXPECT_EQ(rescan_as(root).message, "");
}

} // namespace
} // namespace bgs2::test
