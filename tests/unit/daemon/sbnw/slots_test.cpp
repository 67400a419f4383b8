// SPDX-License-Identifier: Apache-2.0
#include "daemon/sbnw/slots.h"

#include <gtest/gtest.h>

#include <vector>

namespace bgs2::sbnw {
namespace {

using namespace std::chrono_literals;
using Lines = std::vector<std::string>;

constexpr auto new_years_eve = std::chrono::December / 31 / 2049;

Slot amazon() {
    return {.size = 861,
            .corrupted = false,
            .unreadable = false,
            .issuer = "/OU=Amazon Web Services O=Amazon.com Inc. C=US",
            .serial = "4BE109B8",
            .subject = "/CN=AWS IoT Certificate",
            .signature_algorithm = "sha256RSA",
            .thumbprint_algorithm = "sha1",
            .thumbprint = "7fe73092731ca3416317258231e3ec6700f35474",
            .expires = new_years_eve};
}

struct SlotsCase {
    std::string_view name;
    Lines lines;
    Slots slots;
};

Slot with(void (*change)(Slot&)) {
    Slot slot;
    change(slot);
    return slot;
}

Slot unreadable() {
    return with([](Slot& s) { s.unreadable = true; });
}

const std::vector<SlotsCase> cases{
    {"a full line",
     {R"(^SBNR: 0, size: "861", issuer: "/OU=Amazon Web Services O=Amazon.com Inc. C=US", )"
      R"(serial number: "4BE109B8", subject: "/CN=AWS IoT Certificate", signature: "sha256RSA", )"
      R"(thumbprint algorithm: "sha1", thumbprint: "7FE73092731CA3416317258231E3EC6700F35474", )"
      R"(expiry date: "2049,12,31")"},
     {{0, amazon()}}},
    {"an empty slot",
     {R"(^SBNR: 5, size: "0", issuer: "", serial number: "", subject: "", signature: "", )"
      R"(thumbprint algorithm: "", thumbprint: "", expiry date: "")"},
     {{5, Slot{}}}},
    {"a corrupted one",
     {"^SBNR: 7, certificate is corrupted"},
     {{7, with([](Slot& s) { s.corrupted = true; })}}},
    {"a corrupted one without a prefix",
     {"7, certificate is corrupted", "x, certificate is corrupted", "8, certificates"},
     {{7, with([](Slot& s) { s.corrupted = true; })}}},
    {"other lines between",
     {"", "OK", "1, 2", "^SBNR: 2, size: \"9\"", "^SBNW: 1", "ALARM MODE"},
     {{2, with([](Slot& s) { s.size = 9; })}}},
    {"something that is no field",
     {"^SBNR: 3, junk", "^SBNR: 4, junk, more", "^SBNR: 5, \"1\", \"2\"", "^SBNR: 6, colour: red"},
     {{3, unreadable()}, {4, unreadable()}, {5, unreadable()}, {6, unreadable()}}},
    {"no labels",
     {R"(^SBNR: 0, "861", "/OU=Amazon Web Services O=Amazon.com Inc. C=US", "4BE109B8", )"
      R"("/CN=AWS IoT Certificate", "sha256RSA", "sha1", "7FE73092731CA3416317258231E3EC6700F35474", )"
      R"("2049,12,31")",
      R"(^SBNR: 1, "0", "", "", "", "", "", "", "")"},
     {{0, amazon()}, {1, Slot{}}}},
    {"neither labels nor quotes",
     {"^SBNR: 0, 7, /CN=a, 0A, /CN=b, sha1RSA, sha1, 7F:E7, 2049,12,31"},
     {{0, with([](Slot& s) {
           s.size = 7, s.issuer = "/CN=a", s.serial = "0A", s.subject = "/CN=b",
           s.signature_algorithm = "sha1RSA", s.thumbprint_algorithm = "sha1", s.thumbprint = "7fe7",
           s.expires = new_years_eve;
       })}}},
    {"no labels, commas and quotes in a value",
     {R"(^SBNR: 0, "7", "O="A, B", C=DE", "0A", "/CN=b", "", "sha256", "7F E7", "2049,12,31")"},
     {{0, with([](Slot& s) {
           s.size = 7, s.issuer = R"(O="A, B", C=DE)", s.serial = "0A", s.subject = "/CN=b",
           s.thumbprint_algorithm = "sha256", s.thumbprint = "7fe7", s.expires = new_years_eve;
       })}}},
    {"a thumbprint with separators",
     {R"(^SBNR: 1, size: "7", thumbprint: "7F:E7 30-92")"},
     {{1, with([](Slot& s) { s.size = 7, s.thumbprint = "7fe73092"; })}}},
    {"a thumbprint that is not hexadecimal",
     {R"(^SBNR: 1, size: "7", thumbprint: "n/a")"},
     {{1, with([](Slot& s) { s.size = 7; })}}},
    {"another algorithm",
     {R"(^SBNR: 1, size: "7", thumbprint algorithm: "SHA256", thumbprint: "AB")"},
     {{1, with([](Slot& s) { s.size = 7, s.thumbprint_algorithm = "sha256", s.thumbprint = "ab"; })}}},
    {"text without size and thumbprint", {R"(^SBNR: 1, subject: "/CN=a")"}, {{1, unreadable()}}},
    {"labels without text", {R"(^SBNR: 1, size: "", subject: "")"}, {{1, Slot{}}}},
    {"another order, labels missing",
     {R"(^SBNR: 1, thumbprint: "AB", size: "7")"},
     {{1, with([](Slot& s) { s.thumbprint = "ab", s.size = 7; })}}},
    {"unknown labels",
     {R"(^SBNR: 1, colour: "red, or blue", size: "7", mood: "bad")"},
     {{1, with([](Slot& s) { s.size = 7; })}}},
    {"labels in capitals",
     {R"(^SBNR: 1, SIZE: "7", Serial Number: "0A")"},
     {{1, with([](Slot& s) { s.size = 7, s.serial = "0A"; })}}},
    {"no spaces",
     {R"(^SBNR:1,size:"7",issuer:"a")"},
     {{1, with([](Slot& s) { s.size = 7, s.issuer = "a"; })}}},
    {"many spaces",
     {R"(^SBNR:  1 ,  size :  " 7 "  ,  issuer  :"a"   )"},
     {{1, with([](Slot& s) { s.size = 7, s.issuer = "a"; })}}},
    {"no quotes",
     {"^SBNR: 1, size: 7, issuer: /O=Example Inc., C=DE, serial number: 0A, expiry date: 2049,12,31"},
     {{1, with([](Slot& s) {
           s.size = 7, s.issuer = "/O=Example Inc., C=DE", s.serial = "0A", s.expires = new_years_eve;
       })}}},
    {"'corrupted' in a name is no result",
     {"^SBNR: 1, size: 7, issuer: /O=Corrupted Ltd."},
     {{1, with([](Slot& s) { s.size = 7, s.issuer = "/O=Corrupted Ltd."; })}}},
    {"commas and colons in a value",
     {R"(^SBNR: 1, issuer: "O=Example, Inc., C=DE: a, size: 3", size: "7")"},
     {{1, with([](Slot& s) { s.issuer = "O=Example, Inc., C=DE: a, size: 3", s.size = 7; })}}},
    {"quotes in a value",
     {R"(^SBNR: 1, issuer: "O="Example", Inc., CN="x"", size: "7")"},
     {{1, with([](Slot& s) { s.issuer = R"(O="Example", Inc., CN="x")", s.size = 7; })}}},
    {"text behind the last value",
     {R"(^SBNR: 1, size: "7", issuer: "a" (b))"},
     {{1, with([](Slot& s) { s.size = 7, s.issuer = "a"; })}}},
    {"a number that no slot has",
     {R"(^SBNR: 31, size: "7")", R"(^SBNR: 65536, size: "7")", R"(^SBNR: 3, size: "0")"},
     {{3, {}}}},
    {"a size that is no number", {R"(^SBNR: 1, size: "many")"}, {{1, unreadable()}}},
    {"the last word on a slot counts",
     {R"(^SBNR: 1, size: "7")", R"(^SBNR: 1, size: "8")"},
     {{1, with([](Slot& s) { s.size = 8; })}}},
};

TEST(Slots, AreReadByLabel) {
    for (const SlotsCase& c : cases) {
        SCOPED_TRACE(c.name);
        EXPECT_EQ(value_or_throw(parse_slots(c.lines)), c.slots);
    }
}

TEST(Slots, AreNoListIfALineIsCutOrDamaged) {
    const std::string whole = R"(^SBNR: 1, size: "7", issuer: "/CN=a", thumbprint: "AB")";
    const Lines damaged{
        "^SBNR:",
        "^SBNR: 3",
        "^SBNR: 3,",
        "^SBNR: x, size: \"1\"",
        "^SBNR: -1, size: \"1\"",
        "^SBNR: 4294967296, size: \"1\"",
        "^SBNR: 4, junk, more, ,",
        R"(^SBNR: 2, size: "7", issuer: "/CN=a)",
        R"(^SBNR: 2, size: "7", issuer: ")",
        R"(^SBNR: 2, size: "7",)",
        R"(^SBNR: 2, size: "7", thumbpr)",
        R"(^SBNR: 2, size: "7", issu^SBNR: 3, size: "0")",
        R"(\x8a^SBNR: 2, size: "7")",
        R"(SBNR: 2, size: "7")",
        R"(2, size: "7", thumbprint: "AB")",
    };
    for (const std::string& line : damaged) {
        const auto slots = parse_slots(Lines{whole, line, R"(^SBNR: 3, size: "0")"});
        ASSERT_FALSE(slots) << line;
        EXPECT_EQ(slots.error().code, ErrorCode::modem_rejected);
        EXPECT_NE(slots.error().what.find(line), std::string::npos) << slots.error().what;
    }
}

TEST(Slots, AreNoListWithoutASingleLine) {
    EXPECT_FALSE(parse_slots({}));
    EXPECT_FALSE(parse_slots(Lines{"OK", "^SBNW: 1"}));
    EXPECT_FALSE(parse_slots(Lines{R"(^SBNR: 1049, size: "0")"})) << "no slot has this number";
}

TEST(Slots, AreNamedWithTheAlgorithmOfTheirThumbprint) {
    EXPECT_EQ(to_string(amazon()),
              "/CN=AWS IoT Certificate (SHA-1 7fe73092731ca3416317258231e3ec6700f35474)");
    EXPECT_EQ(to_string(with([](Slot& s) { s.thumbprint = "ab", s.thumbprint_algorithm = "sha256"; })),
              "a certificate (sha256 ab)");
    EXPECT_EQ(to_string(with([](Slot& s) { s.size = 1; })), "a certificate");
    EXPECT_EQ(to_string(unreadable()), "unreadable content");
    EXPECT_EQ(to_string(with([](Slot& s) { s.corrupted = true; })), "a corrupted certificate");
    EXPECT_EQ(to_string(Slot{}), "nothing");
}

TEST(Slots, AcceptSeveralExpiryDateFormatsAndIgnoreInvalidDates) {
    const std::vector<std::pair<std::string, std::optional<std::chrono::year_month_day>>> dates{
        {"2049,12,31", new_years_eve},
        {"49/12/31 23:59:59", new_years_eve},
        {"2049/12/31", new_years_eve},
        {"2049-12-31", new_years_eve},
        {" 2049,12,31 ", new_years_eve},
        {"", std::nullopt},
        {"never", std::nullopt},
        {"2049,12", std::nullopt},
        {"2049,12,31,1", std::nullopt},
        {"2049,02,30", std::nullopt},
        {"2049,257,01", std::nullopt},
        {"2049,01,257", std::nullopt},
        {"65537,01,01", std::nullopt},
        {"-2049,01,01", std::nullopt},
        {"99999999999,01,01", std::nullopt},
    };
    for (const auto& [text, date] : dates) {
        const Lines lines{"^SBNR: 1, size: \"1\", expiry date: \"" + text + "\""};
        EXPECT_EQ(value_or_throw(parse_slots(lines)).at(1).expires, date) << text;
    }
}

TEST(Slots, AreEmptyWithoutSizeThumbprintOrCorruption) {
    EXPECT_TRUE(Slot{}.empty());
    EXPECT_FALSE(amazon().empty());
    EXPECT_FALSE(with([](Slot& s) { s.corrupted = true; }).empty());
    EXPECT_FALSE(unreadable().empty());
    EXPECT_FALSE(with([](Slot& s) { s.thumbprint = "ab"; }).empty());
}

} // namespace
} // namespace bgs2::sbnw
