// SPDX-License-Identifier: Apache-2.0
// The examples of bgs2d-ports(7) have no mistakes that can be found without a gateway.
#include "daemon/policy/parse.h"
#include "tests/support/page_example.h"
#include "tests/support/process.h"
#include "tests/support/program.h"
#include "tests/unit/docs/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <set>
#include <string>
#include <vector>

namespace bgs2::test {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::HasSubstr;

constexpr const char* source = BGS2_MAN_SOURCES "/bgs2d-ports.7.scd";
const std::vector<std::string> examples{"pppd", "ModemManager", "An own program"};

TEST(PortsPage, HasNoExampleThatATestDoesNotKnow) {
    std::set<std::string> found;
    for (const std::string& each : read_page(source).subheadings)
        found.insert(each);
    EXPECT_EQ(found, std::set<std::string>(examples.begin(), examples.end()));
}

TEST(PortsPage, HasPoliciesThatAreValid) {
    std::size_t policies = 0;
    for (const std::string& name : examples) {
        for (const ExampleFile& file : read_page_example(source, name).files) {
            if (file.path.extension() != ".toml")
                continue;
            ++policies;
            const auto policy = policy::parse(file.text, "x.toml");
            EXPECT_TRUE(policy) << name << ": " << (policy ? "" : to_string(policy.error().front()));
        }
    }
    EXPECT_EQ(policies, 2U);
}

TEST(PortsPage, HasScriptsThatTheShellCanRead) {
    const Folder folder;
    const std::string script =
        folder.write("uplink", read_page_example(source, "An own program").file("/usr/local/bin/uplink"));
    Process shell({"sh", "-n", script}, {.environment = {}, .output = folder.path("output")});
    EXPECT_EQ(shell.wait(20s), 0) << read_text(folder.path("output"));
}

TEST(PortsPage, LetsPolkitPermitTheUnitsOfThePolicyOnly) {
    const PageExample example = read_page_example(source, "pppd");
    EXPECT_THAT(example.file("/etc/polkit-1/rules.d/50-bgs2d-units.rules"),
                HasSubstr("[\"gprs.service\"].indexOf(action.lookup(\"unit\"))"));
    EXPECT_THAT(example.file("/etc/bgs2d/policy.d/50-uplink.toml"),
                HasSubstr("borrow-from = [\"gprs.service\"]"));
    EXPECT_THAT(example.commands, Contains("systemctl enable --now gprs.service"));
}

TEST(PortsPage, ShowsBackslashesAsTheyAreTyped) {
    EXPECT_THAT(read_text(BGS2_MAN_PAGES "/bgs2d-ports.7"), HasSubstr("AT+CMUX=0\\\\r"));
}

} // namespace
} // namespace bgs2::test
