// SPDX-License-Identifier: Apache-2.0
// The rule of polkit in bgs2d(8), with the real polkitd and systemd.
#include "tests/integration/units_fixture.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string_view>
#include <unistd.h>

namespace bgs2::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// The example of the page.
std::string rule_of_page() {
    std::ifstream stream(BGS2_MAN_SOURCES "/bgs2d.8.scd");
    const std::string page{std::istreambuf_iterator(stream), {}};
    constexpr std::string_view end = "\n});\n";
    const auto begin = page.find("polkit.addRule(");
    const auto last = page.find(end, begin);
    if (begin == std::string::npos || last == std::string::npos)
        throw std::runtime_error("bgs2d(8) has no rule");
    return page.substr(begin, last + end.size() - begin);
}

class UnitsRule : public WithServiceManager {
  protected:
    UnitsRule()
      : WithServiceManager(ServiceManager::Polkit::real) {}

    void SetUp() override {
        WithServiceManager::SetUp();
        if (IsSkipped())
            return;
        for (const char* unit : {"gprs.service", "other.service"}) {
            manager().write_sleeper(unit);
            ASSERT_TRUE(manager().start(unit));
        }
        std::filesystem::create_directories(run_directory());
        bgs2d_ = client(daemon_account);
    }
    void TearDown() override { bgs2d_.reset(); }

    std::optional<Error> error_of(asio::awaitable<void> work) { return bgs2d_->error_of(std::move(work)); }
    /// polkitd reads its rules again when they change, some time later.
    bool becomes_allowed(const std::string& unit) {
        return manager().eventually([&] { return !error_of(bgs2d_->units().start(unit)); });
    }

    std::unique_ptr<UnitsClient> bgs2d_;
};

TEST_F(UnitsRule, IsRequiredByTheUserOfTheDaemon) {
    EXPECT_EQ(bgs2d_->is_active("gprs.service"), true) << "reading requires no authorization";
    for (const auto& error :
         {error_of(bgs2d_->units().stop("gprs.service")), error_of(bgs2d_->units().start("gprs.service"))}) {
        ASSERT_TRUE(error);
        EXPECT_EQ(error->code, ErrorCode::access_denied);
        EXPECT_THAT(
            error->what,
            HasSubstr("gprs.service: permission denied, requires org.freedesktop.systemd1.manage-units"));
        EXPECT_THAT(error->hint, HasSubstr("/etc/polkit-1/rules.d/50-bgs2d-units.rules"));
    }
    EXPECT_EQ(manager().state("gprs.service"), "active");
}

TEST_F(UnitsRule, WhoseLackLeavesNoUnitToBeStarted) {
    ASSERT_EQ(::chown(run_directory().c_str(), daemon_account.uid, static_cast<gid_t>(-1)), 0);
    const auto error = error_of(bgs2d_->lending().stop("/dev/ttyS1", {"gprs.service"}));
    ASSERT_TRUE(error);
    EXPECT_EQ(error->code, ErrorCode::access_denied);
    EXPECT_THAT(bgs2d_->lending().stopped_for("/dev/ttyS1"), IsEmpty());
    EXPECT_THAT(remembered(), IsEmpty());
    const auto was_started = [](const std::string& line) { return line.contains("start"); };
    EXPECT_FALSE(bgs2d_->run_until([&] { return std::ranges::any_of(bgs2d_->log(), was_started); },
                                   std::chrono::seconds(2)));
}

TEST_F(UnitsRule, AuthorizesTheUserOfTheDaemonForTheNamedUnitOnly) {
    manager().write_rule("50-bgs2d-units.rules", rule_of_page());
    ASSERT_TRUE(becomes_allowed("gprs.service"));
    EXPECT_FALSE(error_of(bgs2d_->units().stop("gprs.service")));
    EXPECT_EQ(manager().state("gprs.service"), "inactive");
    EXPECT_FALSE(error_of(bgs2d_->units().start("gprs.service")));
    EXPECT_TRUE(manager().becomes("gprs.service", "active"));

    const auto other = error_of(bgs2d_->units().stop("other.service"));
    ASSERT_TRUE(other);
    EXPECT_EQ(other->code, ErrorCode::access_denied);
    const auto stranger_client = client(stranger);
    const auto refused = stranger_client->error_of(stranger_client->units().stop("gprs.service"));
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->code, ErrorCode::access_denied);
    EXPECT_EQ(manager().restart_as(daemon_account, "gprs.service"),
              "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired");
    EXPECT_EQ(manager().state("other.service"), "active");
}

TEST_F(UnitsRule, ThatAppearsLaterLetsAUnitBeStartedThatIsOwed) {
    const std::string stop_only = [] {
        std::string rule = rule_of_page();
        constexpr std::string_view verbs = R"(["start", "stop"])";
        return rule.replace(rule.find(verbs), verbs.size(), R"(["stop"])");
    }();
    manager().write_rule("50-bgs2d-units.rules", stop_only);
    ASSERT_EQ(::chown(run_directory().c_str(), daemon_account.uid, static_cast<gid_t>(-1)), 0);
    ASSERT_TRUE(manager().eventually(
        [&] { return !error_of(bgs2d_->lending().stop("/dev/ttyS1", {"gprs.service"})); }));
    EXPECT_EQ(manager().state("gprs.service"), "inactive");
    bgs2d_->lending().give_back("/dev/ttyS1");
    ASSERT_TRUE(bgs2d_->run_until([&] {
        return std::ranges::any_of(bgs2d_->log(), [](const std::string& line) {
            return line.starts_with("cannot start gprs.service: permission denied");
        });
    }));
    EXPECT_THAT(remembered(), ElementsAre("gprs.service"));
    manager().write_rule("50-bgs2d-units.rules", rule_of_page());
    ASSERT_TRUE(bgs2d_->run_until([&] { return remembered().empty(); }));
    EXPECT_TRUE(manager().becomes("gprs.service", "active"));
}

} // namespace
} // namespace bgs2::test
