// SPDX-License-Identifier: Apache-2.0
#include "daemon/policy/toml_value.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace bgs2::policy {
namespace {

const TomlEntry& entry(const TomlValue& table, std::string_view key) {
    const auto& entries = std::get<TomlTable>(table.value);
    return *std::ranges::find(entries, key, &TomlEntry::key);
}

TEST(TomlValue, ReportsItsKind) {
    const auto file = read_toml("s = 'x'\ni = -7\nf = 1.5\nb = true\nd = 2026-01-01\nt = 12:00:00\n"
                                "dt = 2026-01-01T12:00:00Z\nl = [1]\nm = { a = 1 }\n",
                                "f");
    ASSERT_TRUE(file);
    EXPECT_EQ(kind(*file), "a table");
    EXPECT_EQ(kind(entry(*file, "s").value), "a string");
    EXPECT_EQ(kind(entry(*file, "i").value), "an integer");
    EXPECT_EQ(kind(entry(*file, "f").value), "a floating-point number");
    EXPECT_EQ(kind(entry(*file, "b").value), "true or false");
    EXPECT_EQ(kind(entry(*file, "d").value), "a date or time");
    EXPECT_EQ(kind(entry(*file, "t").value), "a date or time");
    EXPECT_EQ(kind(entry(*file, "dt").value), "a date or time");
    EXPECT_EQ(kind(entry(*file, "l").value), "a list");
    EXPECT_EQ(kind(entry(*file, "m").value), "a table");
    EXPECT_EQ(std::get<std::int64_t>(entry(*file, "i").value.value), -7);
}

TEST(TomlValue, ReportsItsPosition) {
    const auto file = read_toml("[a]\n  kéy = 'x'\n[[b]]\nc.d = 1\n", "f");
    ASSERT_FALSE(file) << "letters beyond ASCII need quotes in a key";
    const auto quoted = read_toml("[a]\n  'kéy' = 'x'\n[[b]]\nc.d = 1\n", "f");
    ASSERT_TRUE(quoted);
    EXPECT_EQ(quoted->at, (Position{1, 1}));
    EXPECT_EQ(entry(*quoted, "a").at, (Position{1, 2}));
    const TomlEntry& key = entry(entry(*quoted, "a").value, "kéy");
    EXPECT_EQ(key.at, (Position{2, 3}));
    EXPECT_EQ(key.value.at, (Position{2, 11})) << "columns count characters";
    const auto& tables = std::get<TomlList>(entry(*quoted, "b").value.value);
    EXPECT_EQ(tables.at(0).at, (Position{3, 1}));
    EXPECT_EQ(entry(tables.at(0), "c").value.at, (Position{4, 1})) << "a table that is not spelled out";
}

TEST(TomlValue, IsAnEmptyTableForAnEmptyText) {
    const auto file = read_toml("", "f");
    ASSERT_TRUE(file);
    EXPECT_TRUE(std::get<TomlTable>(file->value).empty());
}

TEST(TomlValue, ReportsTheFileAndLineOfASyntaxError) {
    const auto file = read_toml("a = 1\nb = \n", "the/file");
    ASSERT_FALSE(file);
    EXPECT_EQ(file.error().file, "the/file");
    EXPECT_EQ(file.error().line, 2);
    EXPECT_FALSE(file.error().what.empty());
}

TEST(TomlValue, RejectsInvalidBytesDeepNestingAndConflictingKeys) {
    for (const std::string& text :
         {std::string("\0", 1), std::string("\xff\xfe\x00", 3), std::string("a = '\x80'"),
          std::string(5000, '['), "a = " + std::string(5000, '['), "a = " + std::string(5000, '{'),
          std::string("a.a.a.a = 1\na.a = 2")}) {
        EXPECT_FALSE(read_toml(text, "f"));
    }
}

} // namespace
} // namespace bgs2::policy
