// SPDX-License-Identifier: Apache-2.0
#include "cli/client/selector.h"
#include "tests/support/temporary_directory.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

namespace bgs2::cli {
namespace {

Modem modem(std::string imei, std::string port) {
    Modem modem;
    modem.imei = std::move(imei);
    modem.port = std::move(port);
    return modem;
}

const std::vector<Modem>& three() {
    static const std::vector modems{modem("356938035643809", "/dev/ttyUSB0"),
                                    modem("356938035653809", "/dev/ttyUSB1"),
                                    modem("490154203237518", "/dev/ttyS1")};
    return modems;
}

std::string imei_of(const Expected<Modem>& modem) {
    return modem ? modem->imei : modem.error().what;
}

void expect_chosen(std::string_view selector, std::string_view imei) {
    const auto chosen = select(three(), selector);
    ASSERT_TRUE(chosen) << chosen.error().what;
    EXPECT_EQ(chosen->imei, imei);
}

TEST(Selector, AcceptsAnImei) {
    expect_chosen("356938035653809", "356938035653809");
}

TEST(Selector, AcceptsAnUnambiguousSuffix) {
    expect_chosen("8", "490154203237518");
    expect_chosen("643809", "356938035643809");
}

TEST(Selector, AcceptsADeviceNode) {
    expect_chosen("/dev/ttyUSB1", "356938035653809");
}

TEST(Selector, SelectsTheFirstModemForAny) {
    expect_chosen("any", "356938035643809");
}

TEST(Selector, DefaultsToTheOnlyModem) {
    const auto chosen = select(std::span(three()).first(1), "");
    ASSERT_TRUE(chosen);
    EXPECT_EQ(chosen->imei, "356938035643809");
}

TEST(Selector, IsRequiredIfThereAreSeveralModems) {
    const auto chosen = select(three(), "");
    ASSERT_FALSE(chosen);
    EXPECT_EQ(chosen.error(), (Error{ErrorCode::invalid_argument, "there are 3 modems",
                                     "name one of them: 356938035643809, 356938035653809, 490154203237518"}));
}

TEST(Selector, ListsTheModemsOfAnAmbiguousSuffix) {
    const auto chosen = select(three(), "3809");
    ASSERT_FALSE(chosen);
    EXPECT_EQ(chosen.error(), (Error{ErrorCode::invalid_argument, "2 modems have an IMEI that ends in 3809",
                                     "name one of them: 356938035643809, 356938035653809"}));
}

TEST(Selector, DistinguishesNotFoundFromInvalid) {
    EXPECT_EQ(select(three(), "111").error().code, ErrorCode::not_found);
    EXPECT_EQ(select(three(), "/dev/ttyUSB7").error().code, ErrorCode::not_found);
    EXPECT_EQ(select({}, "any").error().code, ErrorCode::not_found);
    EXPECT_EQ(select({}, "").error().code, ErrorCode::not_found);
    EXPECT_EQ(select(three(), "ttyUSB0").error().code, ErrorCode::invalid_argument);
    EXPECT_EQ(select(three(), "3569380356438090").error().code, ErrorCode::invalid_argument);
}

TEST(Selector, FollowsALinkUnlessAPortHasThatName) {
    const test::TemporaryDirectory folder;
    const std::string link = folder.path() / "modem";
    std::filesystem::create_symlink("/dev/null", link);
    const std::vector target{modem("356938035643809", "/dev/null")};
    EXPECT_EQ(imei_of(resolve(target, link)), "356938035643809");
    const std::vector itself{modem("356938035643809", link)};
    EXPECT_EQ(imei_of(resolve(itself, link)), "356938035643809");
}

TEST(Selector, NamesThePathThatWasGiven) {
    const auto none = resolve(three(), "/dev/does-not-exist");
    ASSERT_FALSE(none);
    EXPECT_NE(none.error().what.find("/dev/does-not-exist"), std::string::npos);
}

} // namespace
} // namespace bgs2::cli
