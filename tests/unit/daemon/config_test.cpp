// SPDX-License-Identifier: Apache-2.0
#include "daemon/config.h"
#include "daemon/policy/text_file.h"
#include "tests/support/temporary_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace bgs2 {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

TEST(Config, SelectsPortsByDeviceIdPathAndProperties) {
    const auto config = parse_config(R"(
[[port]]
device = "/dev/ttyS1"

[[port]]
id-path = ["platform-*", "!platform-serial8250"]
property = { ID_BUS = "usb", ID_VENDOR_ID = ["0403", "10c4"] }
)",
                                     "c.toml");
    ASSERT_TRUE(config) << to_string(config.error().front());
    const Config expected{{{.device = "/dev/ttyS1", .id_path = {}, .properties = {}},
                           {.device = {},
                            .id_path = policy::Patterns{{"platform-*", "!platform-serial8250"}},
                            .properties = {{"ID_BUS", {{"usb"}}}, {"ID_VENDOR_ID", {{"0403", "10c4"}}}}}}};
    EXPECT_EQ(*config, expected);
}

TEST(Config, IsTheDefaultForAnEmptyText) {
    EXPECT_EQ(parse_config("", "c.toml"), Config());
}

TEST(Config, LimitsTheHistory) {
    const auto config = parse_config("history-keep = '30d'\nhistory-size = 4\n", "c.toml");
    ASSERT_TRUE(config) << to_string(config.error().front());
    EXPECT_EQ(config->history,
              (history::Limits{.keep = std::chrono::days(30), .max_size = 4 * history::mebibyte}));
}

TEST(Config, DisablesTheHistoryIfHistoryKeepIsZero) {
    const auto config = parse_config("history-keep = '0d'\n", "c.toml");
    ASSERT_TRUE(config) << to_string(config.error().front());
    EXPECT_EQ(config->history.keep, std::chrono::milliseconds(0));
}

TEST(Config, KeepsFourHundredDaysAndSixteenMebibytesByDefault) {
    EXPECT_EQ(Config().history,
              (history::Limits{.keep = std::chrono::days(400), .max_size = 16 * history::mebibyte}));
}

struct Case {
    std::string_view text;
    std::vector<std::string> problems;
};

class InvalidConfig : public ::testing::TestWithParam<Case> {};

TEST_P(InvalidConfig, IsRejectedWithTheLineAndColumnOfEachProblem) {
    const auto config = parse_config(GetParam().text, "c.toml");
    ASSERT_FALSE(config);
    std::vector<std::string> lines;
    for (const auto& problem : config.error())
        lines.push_back(to_string(problem));
    EXPECT_THAT(lines, ElementsAreArray(GetParam().problems));
}

INSTANTIATE_TEST_SUITE_P(
    All, InvalidConfig,
    ::testing::Values(
        Case{"[[ports]]\ndevice = '/dev/ttyS1'\n",
             {R"(c.toml:1:3: unknown table "ports"; did you mean "port"?)"}},
        Case{"[port]\ndevice = '/dev/ttyS1'\n",
             {"c.toml:1:1: port must be an array of tables, each written as [[port]]"}},
        Case{"[[port]]\n", {"c.toml:1:1: [[port]] #1 requires a device, id-path or property"}},
        Case{
            "[[port]]\nid_path = 'x'\ndevice = 'ttyS1'\n",
            {R"(c.toml:2:1: unknown key "id_path" in [[port]] #1; did you mean "id-path"?)",
             R"(c.toml:3:10: [[port]] #1 device must be an absolute path such as "/dev/ttyS1", not "ttyS1")"}},
        Case{
            "[[port]]\ndevice = '/dev/'\n",
            {R"(c.toml:2:10: [[port]] #1 device must be an absolute path such as "/dev/ttyS1", not "/dev/")"}},
        Case{"[[port]]\ndevice = '/dev/ttyS*'\n",
             {R"(c.toml:2:10: [[port]] #1 device must be a path, not a pattern such as "/dev/ttyS*"; )"
              "use id-path or property for patterns"}},
        Case{"history-keep = 400\nhistory-size = '16MiB'\n",
             {R"(c.toml:1:16: history-keep must be a time such as "100ms" or "2s", not an integer)",
              "c.toml:2:16: history-size must be an integer, not a string"}},
        Case{"history-keep = '40000d'\nhistory-size = 0\n",
             {"c.toml:1:16: history-keep must be at most 36500d, not 40000d",
              "c.toml:2:16: history-size must be from 1 to 1024, not 0"}},
        Case{"[[port]]\ndevice = 1\n[[port]]\nproperty = {}\n",
             {"c.toml:2:10: [[port]] #1 device must be a string, not an integer",
              "c.toml:4:12: [[port]] #2 property is an empty table; omit it to match any value"}}));

TEST(ReadConfig, TreatsAMissingDefaultFileAsEmpty) {
    const test::TemporaryDirectory directory;
    EXPECT_EQ(read_config(directory.path() / "bgs2d.toml", false), Config());
}

TEST(ReadConfig, RefusesAMissingFileThatWasSpecified) {
    const test::TemporaryDirectory directory;
    const auto file = directory.path() / "mine.toml";
    const auto config = read_config(file, true);
    ASSERT_FALSE(config);
    EXPECT_THAT(config.error(),
                ElementsAre(policy::Problem{.file = file, .what = "cannot open: No such file or directory"}));
}

TEST(ReadConfig, ReportsEachProblemSeparately) {
    const test::TemporaryDirectory directory;
    const auto file = directory.write("bgs2d.toml", "[[port]]\ndevice = 1\n[[port]]\n");
    const auto config = read_config(file, false);
    ASSERT_FALSE(config);
    EXPECT_THAT(config.error(),
                ElementsAre(policy::Problem{.file = file,
                                            .line = 2,
                                            .column = 10,
                                            .what = "[[port]] #1 device must be a string, not an integer"},
                            policy::Problem{.file = file,
                                            .line = 3,
                                            .column = 1,
                                            .what = "[[port]] #2 requires a device, id-path or property"}));
}

TEST(ReadConfig, RefusesADirectory) {
    const test::TemporaryDirectory directory;
    EXPECT_FALSE(read_config(directory.path(), false));
}

TEST(ShippedConfig, SetsNothing) {
    const auto config = read_config(std::filesystem::path(BGS2_SYSTEMD_DIR) / "bgs2d.toml", true);
    ASSERT_TRUE(config) << to_string(config.error().front());
    EXPECT_EQ(*config, Config());
}

TEST(ShippedConfig, HasExamplesThatAreValid) {
    const auto text = policy::read_text_file(std::filesystem::path(BGS2_SYSTEMD_DIR) / "bgs2d.toml");
    ASSERT_TRUE(text) << to_string(text.error());
    std::istringstream lines(*text);
    std::string examples;
    for (std::string line; std::getline(lines, line);) {
        // An example's line is a table or an assignment to one word.
        const std::string_view content =
            std::string_view(line).substr(line.starts_with("# ") ? 2 : line.size());
        const auto space = content.find(' ');
        if (content.starts_with("[[") ||
            (space != std::string_view::npos && content.substr(space).starts_with(" = ")))
            examples += std::string(content) + '\n';
    }
    const auto config = parse_config(examples, "examples");
    ASSERT_TRUE(config) << to_string(config.error().front());
    const Config expected{
        {{.device = "/dev/ttyS1", .id_path = {}, .properties = {}},
         {.device = {}, .id_path = policy::Patterns{{"platform-*.serial"}}, .properties = {}},
         {.device = {},
          .id_path = {},
          .properties = {{"ID_VENDOR_ID", {{"0403"}}}, {"ID_SERIAL_SHORT", {{"A6*", "!A6008isP"}}}}}}};
    EXPECT_EQ(*config, expected);
}

} // namespace
} // namespace bgs2
