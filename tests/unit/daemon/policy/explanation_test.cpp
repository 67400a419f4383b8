// SPDX-License-Identifier: Apache-2.0
#include "daemon/policy/explanation.h"
#include "tests/support/temporary_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace bgs2::policy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Explanation : public testing::Test {
  protected:
    std::filesystem::path write(std::string_view name, std::string_view text) const {
        return root_.write(name, text);
    }

    const Problems& reload() { return set_.reload(std::vector{root_.path() / "etc", root_.path() / "usr"}); }

    [[nodiscard]] std::vector<FileExplanation> explanations() const {
        return explain(set_, {.imei = "356938035643809",
                              .model = "BGS2-W",
                              .serial = "",
                              .port_path = "platform-ttyS1",
                              .properties = {{"ID_BUS", "usb"}}});
    }

    /// "10 applies", one a file.
    [[nodiscard]] std::vector<std::string> statuses() const {
        std::vector<std::string> result;
        for (const FileExplanation& each : explanations())
            result.push_back(each.policy + " " + std::string(word(each.status)));
        return result;
    }

  private:
    test::TemporaryDirectory root_;
    PolicyStore set_;
};

TEST_F(Explanation, IsEmptyWithoutPolicies) {
    reload();
    EXPECT_THAT(explanations(), IsEmpty());
}

TEST_F(Explanation, ReportsTheStatusAndReasonForEachFile) {
    write("usr/10.toml", "[match]\nmodel = \"BGS2-E*\"\n");
    write("etc/20.toml", "[match]\nmodel = \"BGS2-*\"\n");
    write("etc/30.toml", "");
    write("etc/40.toml", "[provision]\nmode = \"ignore\"\n");
    ASSERT_THAT(reload(), IsEmpty());
    EXPECT_THAT(statuses(), ElementsAre("10 does-not-match", "20 applies", "30 masks", "40 not-asked"));
    EXPECT_EQ(explanations().at(1).why, R"(model "BGS2-W" matches "BGS2-*")");
    EXPECT_EQ(explanations().at(2).why, "empty, and masks no file");
    EXPECT_EQ(explanations().at(3).why, "'20' comes first and applies");
}

TEST_F(Explanation, NamesTheUnmetConditionWithItsLineAndBothValues) {
    const auto file =
        write("etc/10.toml", "# mine\n[match]\nmodel = \"BGS2-*\"\nimei = [\n  \"1*\",\n  \"2*\"]\n");
    write("etc/20.toml", "[match.property]\nID_BUS = \"!usb\"\n");
    write("etc/30.toml", "[match]\nproperty = { ID_BUS = \"usb\", ID_PATH = \"pci-*\" }\n");
    ASSERT_THAT(reload(), IsEmpty());
    const auto all = explanations();
    ASSERT_EQ(all.size(), 3U);
    EXPECT_EQ(all[0], (FileExplanation{.policy = "10",
                                       .file = file,
                                       .status = FileStatus::does_not_match,
                                       .why = R"(imei "356938035643809" does not match ["1*", "2*"])",
                                       .field = "imei",
                                       .line = 4,
                                       .masked_by = {}}));
    EXPECT_EQ(all[1].field, "property ID_BUS");
    EXPECT_EQ(all[1].line, 2U);
    EXPECT_EQ(all[1].why, R"(property ID_BUS "usb" is excluded by "!usb")");
    EXPECT_EQ(all[2].field, "property ID_PATH");
    EXPECT_EQ(all[2].line, 2U);
    EXPECT_THAT(all[2].why, HasSubstr("is absent"));
}

TEST_F(Explanation, ReportsMaskingAndMaskedFiles) {
    const auto vendor = write("usr/10.toml", "[match]\n");
    const auto mine = write("etc/10.toml", "[provision]\nmode = \"manual\"\n");
    const auto hidden = write("usr/20.toml", "broken, but not read");
    const auto mask = write("etc/20.toml", "# not this one\n");
    ASSERT_THAT(reload(), IsEmpty());
    EXPECT_THAT(statuses(), ElementsAre("10 applies", "10 masked", "20 masks", "20 masked"));
    const auto all = explanations();
    EXPECT_EQ(all[1].file, vendor);
    EXPECT_EQ(all[1].masked_by, mine);
    EXPECT_EQ(all[1].why, "masked by " + mine.string());
    EXPECT_EQ(all[2].file, mask);
    EXPECT_EQ(all[2].why, "empty, masks " + hidden.string());
    EXPECT_EQ(all[3].masked_by, mask);
}

TEST_F(Explanation, ListsInvalidFilesAfterActivePolicies) {
    write("etc/10.toml", "[provision]\n");
    ASSERT_THAT(reload(), IsEmpty());
    const auto broken = write("etc/05.toml", "[match]\nmoedl = \"x\"\n[port]\nbaud = 1\n");
    ASSERT_EQ(reload().size(), 2U);
    EXPECT_THAT(statuses(), ElementsAre("10 applies", "05 broken", "05 broken"));
    EXPECT_EQ(explanations().at(1).file, broken);
    EXPECT_EQ(explanations().at(1).line, 2U);
    EXPECT_THAT(explanations().at(1).why, HasSubstr("did you mean \"model\"?"));
    EXPECT_EQ(explanations().at(2).line, 4U);
}

} // namespace
} // namespace bgs2::policy
