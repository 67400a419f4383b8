// SPDX-License-Identifier: Apache-2.0
#include "tests/support/program.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace bgs2::test {
namespace {

class FrameDiff : public testing::Test {
  protected:
    Folder folder_;
    std::string right_{"\x0c\0\x03\0\x01\0\x06\0\x01\0\x03\0", 12};
    std::string file_ = folder_.write("right.bin", right_);
};

TEST_F(FrameDiff, PrintsNothingForEqualFrames) {
    const Outcome same = run({"frame", "diff", file_, "-"}, {.input = right_});
    EXPECT_EQ(same.exit, 0);
    EXPECT_EQ(same.output, "");
}

TEST_F(FrameDiff, ShowsOneFieldPerLine) {
    std::string other = right_;
    other[10] = 4;
    const Outcome differs = run({"frame", "diff", "-", file_}, {.input = other});
    EXPECT_EQ(differs.exit, 1);
    EXPECT_EQ(differs.output, "FIELD  -  " + file_ + "\nslot   4  3\n");
    EXPECT_EQ(differs.errors, "");
}

TEST_F(FrameDiff, NamesTheLikelyFault) {
    const std::string in_words("\x06\0\x03\0\x01\0\x03\0\x01\0\x03\0", 12);
    const Outcome differs = run({"frame", "diff", file_, folder_.write("words.bin", in_words)});
    EXPECT_EQ(differs.exit, 1);
    EXPECT_NE(differs.output.find("words.bin: its lengths count words of two bytes"), std::string::npos)
        << differs.output;
    const auto json =
        nlohmann::json::parse(run({"frame", "diff", file_, folder_.path("words.bin"), "--json"}).output);
    EXPECT_EQ(json["same"], false);
    EXPECT_EQ(json["likely"].size(), 1U);
}

TEST_F(FrameDiff, NamesAMissingFile) {
    const Outcome missing = run({"frame", "diff", file_, folder_.path("nothing")});
    EXPECT_EQ(missing.exit, 3);
    EXPECT_NE(missing.errors.find("nothing"), std::string::npos);
}

} // namespace
} // namespace bgs2::test
