// SPDX-License-Identifier: Apache-2.0
#include "daemon/policy/directories.h"
#include "tests/support/temporary_directory.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace bgs2::policy {
namespace {

class Directories : public ::testing::Test {
  protected:
    std::filesystem::path write(std::string_view name, std::string_view text) const {
        return root_.write(name, text);
    }

    static std::string for_model(std::string_view model) {
        return "[match]\nmodel = \"" + std::string(model) + "\"\n";
    }

    /// The models that the policies are for: what tells their files apart.
    static std::vector<std::string> models(const Policies& policies) {
        std::vector<std::string> result;
        for (const Policy& policy : policies)
            result.push_back(policy.match.model.value_or(Patterns{{"any"}}).list.front());
        return result;
    }

    [[nodiscard]] const std::filesystem::path& root() const { return root_.path(); }
    [[nodiscard]] const std::vector<std::filesystem::path>& all() const { return all_; }

  private:
    test::TemporaryDirectory root_;
    std::vector<std::filesystem::path> all_{root_.path() / "etc", root_.path() / "run", root_.path() / "usr"};
};

using Models = std::vector<std::string>;

TEST_F(Directories, AreReadInFileNameOrder) {
    write("usr/20.toml", for_model("B"));
    write("etc/10.toml", for_model("A"));
    write("run/b.toml", for_model("E"));
    write("etc/Z.toml", for_model("D"));
    write("etc/9.toml", for_model("C"));
    const LoadResult loaded = load(all());
    EXPECT_TRUE(loaded.problems.empty());
    EXPECT_EQ(models(loaded.policies), (Models{"A", "B", "C", "D", "E"}));
    EXPECT_EQ(loaded.policies.front().name, "10");
    EXPECT_EQ(loaded.policies.front().file, root() / "etc/10.toml");
}

TEST_F(Directories, MaskFilesOfTheSameName) {
    write("usr/10.toml", for_model("usr"));
    write("usr/20.toml", for_model("usr"));
    write("usr/30.toml", for_model("usr"));
    write("run/10.toml", for_model("run"));
    write("run/20.toml", for_model("run"));
    write("etc/10.toml", for_model("etc"));
    EXPECT_EQ(models(load(all()).policies), (Models{"etc", "run", "usr"}));
}

TEST_F(Directories, ReportMaskedAndEmptyFiles) {
    write("usr/10.toml", for_model("usr"));
    write("run/10.toml", for_model("run"));
    write("etc/10.toml", for_model("etc"));
    write("usr/20.toml", "broken, but not read");
    write("etc/20.toml", "# nothing");
    write("etc/30.toml", "");
    const LoadResult loaded = load(all());
    EXPECT_EQ(loaded.masked, (std::vector<Masked>{
                                 {root() / "run/10.toml", root() / "etc/10.toml"},
                                 {root() / "usr/10.toml", root() / "etc/10.toml"},
                                 {root() / "usr/20.toml", root() / "etc/20.toml"},
                             }));
    EXPECT_EQ(loaded.silent,
              (std::vector<std::filesystem::path>{root() / "etc/20.toml", root() / "etc/30.toml"}));
    EXPECT_TRUE(loaded.problems.empty());
}

TEST_F(Directories, KeepTheListsOfMaskedAndEmptyFilesIfAReloadFails) {
    write("usr/10.toml", for_model("usr"));
    const auto mask = write("etc/10.toml", "");
    PolicyStore set;
    EXPECT_TRUE(set.reload(all()).empty());
    write("etc/05.toml", "broken");
    std::filesystem::remove(mask);
    EXPECT_FALSE(set.reload(all()).empty());
    EXPECT_EQ(set.silent(), (std::vector<std::filesystem::path>{mask}));
    EXPECT_EQ(set.masked(), (std::vector<Masked>{{root() / "usr/10.toml", mask}}));
}

TEST_F(Directories, UseAnEmptyFileOnlyAsAMask) {
    for (const auto* name : {"usr/1.toml", "usr/2.toml", "usr/3.toml", "usr/4.toml"})
        write(name, for_model("usr"));
    write("etc/1.toml", "");
    write("etc/2.toml", "\n# [match]\r\n\t# model = \"x\"");
    std::filesystem::create_symlink("/dev/null", root() / "etc/3.toml");
    const LoadResult loaded = load(all());
    EXPECT_TRUE(loaded.problems.empty());
    EXPECT_EQ(loaded.policies.size(), 1);
    EXPECT_EQ(loaded.policies.front().name, "4");
}

TEST_F(Directories, AcceptAFileWithoutMatchAsAPolicyForEveryModem) {
    write("usr/1.toml", for_model("usr"));
    write("etc/1.toml", "# every one\n[provision]\nmode = \"ignore\"\n");
    EXPECT_EQ(models(load(all()).policies), (Models{"any"}));
}

TEST_F(Directories, IgnoreOtherFiles) {
    write("etc/10.toml", for_model("A"));
    write("etc/README", "no policy");
    write("etc/10.toml~", "no policy");
    write("etc/.10.toml.swp", "no policy");
    std::filesystem::create_symlink("user@host.1234", root() / "etc/.#10.toml");
    const LoadResult loaded = load(all());
    EXPECT_TRUE(loaded.problems.empty());
    EXPECT_EQ(models(loaded.policies), (Models{"A"}));
}

TEST_F(Directories, WarnAboutIgnoredFilesThatLookLikePolicies) {
    write("etc/10.toml", for_model("A"));
    const auto upper = write("etc/50-CLOUD2.TOML", for_model("B"));
    const auto text = write("etc/60.toml.txt", for_model("B"));
    const auto short_ending = write("usr/70.tml", for_model("B"));
    const auto cut = write("usr/80.Tom", for_model("B"));
    const std::string why = "ignored: its name does not end in .toml; rename it to ";
    const LoadResult loaded = load(all());
    EXPECT_EQ(models(loaded.policies), (Models{"A"}));
    EXPECT_TRUE(loaded.problems.empty());
    EXPECT_EQ(loaded.warnings, (Problems{{upper.string(), 0, 0, why + "50-CLOUD2.toml"},
                                         {text.string(), 0, 0, why + "60.toml"},
                                         {short_ending.string(), 0, 0, why + "70.toml"},
                                         {cut.string(), 0, 0, why + "80.toml"}}));
}

TEST_F(Directories, IgnoreBackupFilesWithoutAWarning) {
    for (const auto* name :
         {"etc/60-x.toml~", "etc/._50-cloud.toml", "etc/.#50-cloud.toml", "etc/.10.toml.swp", "etc/.50.TOML",
          "etc/10.toml.bak", "etc/10.toml.rpmsave", "etc/README"})
        write(name, for_model("A"));
    EXPECT_EQ(load(all()), LoadResult());
}

TEST_F(Directories, ReportWarningsOfTheLastReloadEvenIfItFailed) {
    PolicyStore set;
    const auto upper = write("etc/1.TOML", for_model("A"));
    EXPECT_TRUE(set.reload(all()).empty());
    EXPECT_EQ(set.warnings().size(), 1);
    write("etc/2.toml", "broken");
    EXPECT_EQ(set.reload(all()).size(), 1);
    EXPECT_EQ(set.warnings().size(), 1);
    std::filesystem::remove(upper);
    EXPECT_EQ(set.reload(all()).size(), 1);
    EXPECT_TRUE(set.warnings().empty());
}

TEST_F(Directories, MakeTheNamesOfFilesInProblemsAndWarningsPrintable) {
    write("etc/M\xfcnchen.toml", "broken");
    write("etc/M\xfcnchen\n.TOML", "");
    std::filesystem::create_symlink("gone", root() / "etc/\x1b[1m.toml");
    const LoadResult loaded = load(all());
    ASSERT_EQ(loaded.problems.size(), 2U);
    EXPECT_EQ(loaded.problems[0].file, (root() / "etc/\\x1b[1m.toml").string());
    EXPECT_EQ(loaded.problems[1].file, (root() / "etc/M\\xfcnchen.toml").string());
    EXPECT_EQ(loaded.warnings,
              (Problems{{(root() / "etc/M\\xfcnchen\\x0a.TOML").string(), 0, 0,
                         "ignored: its name does not end in .toml; rename it to M\\xfcnchen\\x0a.toml"}}));
}

TEST_F(Directories, NeedNotExist) {
    EXPECT_EQ(load(all()), LoadResult());
    EXPECT_EQ(load({}), LoadResult());
}

TEST_F(Directories, AreReportedAsAProblemIfUnreadable) {
    const auto file = write("etc", "a file");
    write("usr/10.toml", for_model("A"));
    const LoadResult loaded = load(all());
    EXPECT_EQ(loaded.problems, (Problems{{file.string(), 0, 0, "cannot read: Not a directory"}}));
    EXPECT_EQ(models(loaded.policies), (Models{"A"}));
}

TEST_F(Directories, ReportAllProblemsOfAllFiles) {
    const auto broken = write("etc/1.toml", "[port]\nbaud = 1.5\nparity = 1\n");
    write("etc/2.toml", for_model("A"));
    std::filesystem::create_directory(root() / "etc/3.toml");
    std::filesystem::create_symlink("gone", root() / "etc/4.toml");
    const LoadResult loaded = load(all());
    EXPECT_EQ(models(loaded.policies), (Models{"A"}));
    const std::string directory = (root() / "etc/3.toml").string();
    const std::string dangling = (root() / "etc/4.toml").string();
    EXPECT_EQ(
        loaded.problems,
        (Problems{
            {broken.string(), 2, 8, "[port] baud must be an integer, not a floating-point number"},
            {broken.string(), 3, 1,
             R"(unknown key "parity" in [port]; valid keys: baud, flow-control, settle, use, borrow-from, window)"},
            {directory, 0, 0, "is not a regular file"},
            {dangling, 0, 0, "cannot open: No such file or directory"},
        }));
}

TEST_F(Directories, MaskAPolicyEvenByAnInvalidFile) {
    write("usr/1.toml", for_model("usr"));
    write("etc/1.toml", "broken");
    const LoadResult loaded = load(all());
    EXPECT_TRUE(loaded.policies.empty());
    EXPECT_EQ(loaded.problems.size(), 1);
}

TEST_F(Directories, KeepTheActivePoliciesIfAFileBecomesInvalid) {
    PolicyStore set;
    EXPECT_EQ(set.generation(), 0);
    EXPECT_TRUE(set.policies().empty());

    write("etc/1.toml", for_model("A"));
    EXPECT_TRUE(set.reload(all()).empty());
    EXPECT_EQ(set.generation(), 1);
    EXPECT_EQ(models(set.policies()), (Models{"A"}));

    write("etc/1.toml", "broken");
    write("etc/2.toml", for_model("B"));
    EXPECT_EQ(set.reload(all()).size(), 1);
    EXPECT_EQ(set.problems().size(), 1);
    EXPECT_EQ(set.generation(), 1);
    EXPECT_EQ(models(set.policies()), (Models{"A"}))
        << "neither the new file nor the loss of the old one counts";

    write("etc/1.toml", for_model("C"));
    EXPECT_TRUE(set.reload(all()).empty());
    EXPECT_TRUE(set.problems().empty());
    EXPECT_EQ(set.generation(), 2);
    EXPECT_EQ(models(set.policies()), (Models{"C", "B"}));
}

TEST_F(Directories, YieldNoPoliciesIfAFileIsInvalidFromTheStart) {
    write("etc/1.toml", "broken");
    write("etc/2.toml", for_model("B"));
    PolicyStore set;
    EXPECT_EQ(set.reload(all()).size(), 1);
    EXPECT_TRUE(set.policies().empty());
    EXPECT_EQ(set.generation(), 0);
}

TEST_F(Directories, YieldNoPoliciesAfterTheLastFileIsRemoved) {
    const auto file = write("etc/1.toml", for_model("A"));
    PolicyStore set;
    set.reload(all());
    std::filesystem::remove(file);
    set.reload(all());
    EXPECT_TRUE(set.policies().empty());
    EXPECT_EQ(set.generation(), 2);
}

} // namespace
} // namespace bgs2::policy
