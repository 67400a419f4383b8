// SPDX-License-Identifier: Apache-2.0
#include "daemon/sbnw/store_list.h"

#include <gtest/gtest.h>

#include <string_view>

namespace bgs2::sbnw {
namespace {

using Words = std::vector<std::string>;

struct StoreListCase {
    std::string_view name;
    Words lines;
    Words stores;
};

const std::vector<StoreListCase> store_list_cases{
    {"quoted",
     {R"(^SBNW: ("agps","ciphersuites","is_cert","management_cert"),(1))"},
     {"agps", "ciphersuites", "is_cert", "management_cert"}},
    {"an older spelling", {"^SBNW: (agps, is_cert), ()"}, {"agps", "is_cert"}},
    {"among other lines", {"", "+CREG: 1", R"(^SBNW: ("agps"),(1))", R"(^SBNW: ("x"),(1))"}, {"agps"}},
    {"without parentheses", {R"(^SBNW: "agps","ciphersuites")"}, {"agps", "ciphersuites"}},
    {"not closed", {R"(^SBNW: ("agps","cipher)"}, {"agps", "cipher"}},
    {"without blanks", {"^SBNW:(agps)"}, {"agps"}},
    {"gaps", {"^SBNW: (,agps,, ,is_cert,)"}, {"agps", "is_cert"}},
    {"no names",
     {R"(^SBNW: ("a b",")"
      "\x1b"
      R"([2J",")" +
      std::string(33, 'a') + R"(","agps"),(1))"},
     {"agps"}},
    {"none", {"^SBNW: (),(1)"}, {}},
    {"nothing behind it", {"^SBNW:"}, {}},
    {"another line", {"^SBNR: 0, size: \"1\""}, {}},
    {"no line", {}, {}},
};

TEST(StoreList, IsParsedInEveryFormat) {
    for (const StoreListCase& each : store_list_cases)
        EXPECT_EQ(parse_store_list(each.lines), each.stores) << each.name;
}

TEST(StoreList, IsLimitedTo16Stores) {
    std::string line = "^SBNW: (";
    for (int i = 0; i < 1000; ++i)
        line += "agps,";
    EXPECT_EQ(parse_store_list(Words{line}).size(), 16U);
}

TEST(StoreList, DeterminesTheHintForAnUnreadableStore) {
    EXPECT_EQ(hint_without_slots("is_cert", {}),
              "query the stores with AT^SBNW=?: the firmware may not know 'is_cert'");
    EXPECT_EQ(hint_without_slots("is_cert", Words{"agps", "ciphersuites"}),
              "its firmware knows only agps, ciphersuites; use a module with other firmware for 'is_cert'");
    EXPECT_EQ(hint_without_slots("is_cert", Words{"agps", "is_cert"}),
              "retry with 'bgs2ctl refresh': the firmware knows the store 'is_cert'");
}

} // namespace
} // namespace bgs2::sbnw
