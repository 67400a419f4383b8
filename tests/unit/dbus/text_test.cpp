// SPDX-License-Identifier: Apache-2.0
#include "dbus/adaptor.h"
#include "dbus/error_names.h"
#include "dbus/names.h"
#include "dbus/sdbus/sdbus.h"
#include "dbus/text.h"

#include <gtest/gtest.h>

#include <array>
#include <concepts>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace bgs2::dbus {
namespace {

using namespace std::literals;

// What the generated adaptors call a string and a variant.
static_assert(std::same_as<io::bgs2d1::std::string, Text>);
static_assert(std::same_as<io::bgs2d1::sdbus::Variant, Value>);

/// Invalid UTF-8, what sd-bus refuses although it is UTF-8, and control characters.
const std::array hostile{
    "caf\xe9.toml"sv,
    "\xff"sv,
    "\xc3"sv,
    "\xc0\xaf"sv,
    "\xe0\x80\xaf"sv,
    "\xed\xa0\x80"sv,
    "\xf4\x90\x80\x80"sv,
    "a\0b"sv,
    "\xef\xbf\xbe"sv,
    "\xef\xbf\xbf"sv,
    "\xef\xb7\x90"sv,
    "\xef\xb7\xaf"sv,
    "\xf0\x9f\xbf\xbe"sv,
    "\xf4\x8f\xbf\xbf"sv,
    "\x1b[2J"sv,
    "\xc2\x9b"sv,
};

/// The text as UTF-8, without a check.
std::string utf8(std::uint32_t code) {
    const auto byte = [](std::uint32_t bits) { return static_cast<char>(static_cast<unsigned char>(bits)); };
    if (code < 0x80)
        return {byte(code)};
    if (code < 0x800)
        return {byte(0xc0U | code >> 6U), byte(0x80U | (code & 0x3fU))};
    if (code < 0x10000)
        return {byte(0xe0U | code >> 12U), byte(0x80U | (code >> 6U & 0x3fU)), byte(0x80U | (code & 0x3fU))};
    return {byte(0xf0U | code >> 18U), byte(0x80U | (code >> 12U & 0x3fU)),
            byte(0x80U | (code >> 6U & 0x3fU)), byte(0x80U | (code & 0x3fU))};
}

TEST(Text, KeepsWhatTheBusTakes) {
    EXPECT_EQ(Text("CN=Zoë, O=東京 🚲\nsecond line").str(), "CN=Zoë, O=東京 🚲\nsecond line");
    EXPECT_EQ(Text().str(), "");
    EXPECT_EQ(Text("").str(), "");
    EXPECT_EQ(Text("\n\n").str(), "\n\n");
}

TEST(Text, EscapesBytesThatAreNoUtf8) {
    EXPECT_EQ(Text("caf\xe9.toml").str(), "caf\\xe9.toml");
    EXPECT_EQ(Text("\xed\xa0\x80").str(), "\\xed\\xa0\\x80") << "a surrogate";
    EXPECT_EQ(Text("\xc0\xaf").str(), "\\xc0\\xaf") << "an overlong form";
}

TEST(Text, EscapesNoncharactersAndNul) {
    EXPECT_EQ(Text("a\xef\xbf\xbe").str(), "a\\xef\\xbf\\xbe");
    EXPECT_EQ(Text("a\0b"sv).str(), "a\\x00b");
}

TEST(Text, IsTakenBySdBusWhateverItWasMadeOf) {
    for (const std::string_view each : hostile) {
        const Text text(each);
        EXPECT_EQ(Value(text).get<std::string>(), text.str());
    }
    constexpr std::uint32_t end = 0x110000;
    constexpr std::uint32_t step = 256;
    for (std::uint32_t first = 0; first < end; first += step) {
        std::string all;
        for (std::uint32_t code = first; code < first + step; ++code)
            all += utf8(code);
        const Text text(all);
        EXPECT_EQ(Value(text).get<std::string>(), text.str()) << first;
    }
}

TEST(Value, HasTextsForTheStringsWithinListsAndDictionaries) {
    const std::map<std::string, std::vector<std::string>> nested{{"caf\xe9", {"\xff", "b"}}};
    const Value value(nested);
    using Nested = std::map<std::string, std::vector<std::string>>;
    EXPECT_EQ(value.get<Nested>(), (Nested{{"caf\\xe9", {"\\xff", "b"}}}));
    const std::vector<std::map<std::string, std::string>> list{{{"\xfe", "\xff"}}};
    using List = std::vector<std::map<std::string, std::string>>;
    EXPECT_EQ(Value(list).get<List>(), (List{{{"\\xfe", "\\xff"}}}));
}

TEST(Value, KeepsOtherTypes) {
    EXPECT_EQ(Value(std::uint32_t{7}).get<std::uint32_t>(), 7U);
    EXPECT_TRUE(Value(true).get<bool>());
    EXPECT_EQ(Value(sdbus::ObjectPath("/io/bgs2d1")).get<sdbus::ObjectPath>(), "/io/bgs2d1");
    EXPECT_FALSE(Value("word").contains<std::uint32_t>());
}

TEST(BusError, HasAMessageThatTheBusTakes) {
    const sdbus::Error error = to_bus(Error{ErrorCode::not_found, "no file caf\xe9", "check \xef\xbf\xbe"});
    EXPECT_EQ(error.getMessage(), "no file caf\\xe9\ncheck \\xef\\xbf\\xbe");
}

TEST(ModemPath, HasNothingThatAPathCannotHave) {
    EXPECT_EQ(modem_path("356938035643809"), "/io/bgs2d1/modem/356938035643809");
    EXPECT_EQ(modem_path("35/\xff_"), "/io/bgs2d1/modem/35_2f_ff_5f");
    EXPECT_EQ(modem_path(""), "/io/bgs2d1/modem/_");
}

} // namespace
} // namespace bgs2::dbus
