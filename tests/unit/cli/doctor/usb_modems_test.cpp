// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/usb_modems.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <set>
#include <string>
#include <utility>

namespace bgs2::cli {
namespace {

using Products = std::set<std::pair<std::string, std::string>>;

/// The vendors and products to whose ports the rule gives BGS2D_PORT=1.
Products products_of_the_rule() {
    const std::regex label(R"re(LABEL="bgs2d_([0-9a-f]{4})")re");
    const std::regex rule(R"re(ENV\{ID_MODEL_ID\}=="([^"]+)".*ENV\{BGS2D_PORT\}="1")re");
    const std::regex product("[0-9a-f]{4}");
    std::ifstream file(BGS2_UDEV_RULES);
    Products products;
    std::string vendor;
    for (std::string line; std::getline(file, line);) {
        std::smatch match;
        if (line.starts_with('#'))
            continue;
        if (std::regex_search(line, match, label)) {
            vendor = match[1];
        } else if (std::regex_search(line, match, rule)) {
            const std::string list = match[1];
            for (std::sregex_iterator at(list.begin(), list.end(), product), end; at != end; ++at)
                products.emplace(vendor, at->str());
        }
    }
    return products;
}

TEST(UsbModems, AreThoseThatTheShippedUdevRuleNames) {
    const Products expected = products_of_the_rule();
    EXPECT_EQ(expected.size(), 15U);
    Products found;
    for (const char* vendor : {"1e2d", "0681", "1269", "0403"}) {
        for (unsigned number = 0; number <= 0xffff; ++number) {
            const std::string product = fmt::format("{:04x}", number);
            if (is_modem_of_the_rule(vendor, product))
                found.emplace(vendor, product);
        }
    }
    EXPECT_EQ(found, expected);
}

TEST(UsbModems, AreFormerOnesIfAnEarlierRuleNamedThem) {
    for (const char* product : {"0059", "0062", "0063", "0065", "00d0"})
        EXPECT_TRUE(was_modem_of_the_rule("1e2d", product)) << product;
    EXPECT_TRUE(was_modem_of_the_rule("1269", "0001"));
    EXPECT_FALSE(was_modem_of_the_rule("1e2d", "00b3")) << "a broadband card, which has no AT port for bgs2d";
    EXPECT_FALSE(was_modem_of_the_rule("1e2d", "0058"));
    EXPECT_FALSE(was_modem_of_the_rule("0681", "0014"));
}

} // namespace
} // namespace bgs2::cli
