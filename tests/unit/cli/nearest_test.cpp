#include "cli/nearest.h"

#include <gtest/gtest.h>

#include <vector>

namespace bgs2::cli {
namespace {

const std::vector<std::string>& verbs() {
    static const std::vector<std::string> words{"list", "show", "provision", "refresh", "monitor"};
    return words;
}

TEST(Nearest, ForgivesTypingMistakes) {
    EXPECT_EQ(nearest("provison", verbs()), "provision");
    EXPECT_EQ(nearest("lsit", verbs()), "list");
    EXPECT_EQ(nearest("monitr", verbs()), "monitor");
}

TEST(Nearest, SaysNothingWhereNothingIsNear) {
    EXPECT_EQ(nearest("erase", verbs()), std::nullopt);
    EXPECT_EQ(nearest("x", verbs()), std::nullopt);
    EXPECT_EQ(nearest("list", {}), std::nullopt);
}

} // namespace
} // namespace bgs2::cli
