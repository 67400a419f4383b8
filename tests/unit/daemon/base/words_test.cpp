// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/words.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>

namespace bgs2 {
namespace {

enum class Colour : std::uint8_t { red, green, blue };

struct ColourRow {
    Colour value;
    std::string_view word;
    int wavelength; ///< nm
};

consteval auto words(Colour) {
    return EnumTable{ColourRow{Colour::red, "red", 700}, ColourRow{Colour::green, "green", 546},
                     ColourRow{Colour::blue, "blue", 436}};
}

/// Numbers of a standard, with a gap.
enum class Level { error = 3, warning = 4, debug = 7 };

consteval auto words(Level) {
    return EnumTable{Word{Level::error, "error"}, Word{Level::warning, "warning"},
                     Word{Level::debug, "debug"}};
}

TEST(Words, MapToValuesAndBack) {
    for (const Colour colour : values_of<Colour>)
        EXPECT_EQ(from_word<Colour>(word(colour)), colour);
    EXPECT_EQ(word(Level::debug), "debug");
    EXPECT_EQ(from_word<Level>("warning"), Level::warning);
}

TEST(Words, AreListedInTheOrderOfTheEnumeration) {
    EXPECT_TRUE(std::ranges::equal(words_of<Colour>, std::array{"red", "green", "blue"}));
    EXPECT_TRUE(std::ranges::equal(values_of<Level>, std::array{Level::error, Level::warning, Level::debug}));
}

TEST(Words, MatchOnlyExactly) {
    for (const auto* text : {"", "Red", "re", "red ", "yellow"})
        EXPECT_EQ(from_word<Colour>(text), std::nullopt) << text;
}

TEST(EnumTable, HasARowForEachValue) {
    EXPECT_EQ(table_of<Colour>.at(Colour::green).wavelength, 546);
    EXPECT_EQ(table_of<Colour>.size(), 3U);
}

TEST(EnumTable, HasNoRowForAnInvalidValue) {
    EXPECT_EQ(table_of<Level>.find(Level{5}), nullptr);
    EXPECT_THROW((void)word(Level{5}), std::out_of_range);
}

TEST(EnumTable, IsRefusedUnlessEachValueHasOneRowInOrder) {
    static_assert(fault_of_table(
                      std::array{Word{Level::error, "a"}, Word{Level::warning, "b"}, Word{Level::debug, "c"}})
                      .empty());
    static_assert(fault_of_table(std::array{Word{Level::error, "a"}, Word{Level::warning, "b"}}) ==
                  "a value has no row");
    static_assert(fault_of_table(std::array{Word{Level::warning, "b"}, Word{Level::error, "a"},
                                            Word{Level::debug, "c"}}) ==
                  "a row is out of order, or its value has another row");
    static_assert(fault_of_table(std::array{Word{Level::error, "a"}, Word{Level::error, "b"},
                                            Word{Level::debug, "c"}}) ==
                  "a row is out of order, or its value has another row");
}

TEST(EnumTable, IsRefusedUnlessTheWordsAreUnique) {
    static_assert(fault_of_table(std::array{Word{Level::error, "a"}, Word{Level::warning, "b"},
                                            Word{Level::debug, "a"}}) == "two values have the same word");
    static_assert(fault_of_table(std::array{Word{Level::error, "a"}, Word{Level::warning, ""},
                                            Word{Level::debug, "b"}}) == "a word is empty");
}

} // namespace
} // namespace bgs2
