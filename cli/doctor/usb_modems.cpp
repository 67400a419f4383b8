// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/usb_modems.h"

#include <algorithm>
#include <array>

namespace bgs2::cli {
namespace {

constexpr std::string_view cinterion = "1e2d";
constexpr std::string_view siemens = "0681";
constexpr std::string_view motorola = "1269";

constexpr std::array<std::string_view, 10> cinterion_products{"0053", "0054", "0055", "0058", "005b",
                                                              "005d", "0061", "0069", "006c", "006f"};
constexpr std::array<std::string_view, 5> siemens_products{"0034", "0040", "0047", "004a", "004c"};

/// Modems, unlike the other products of the vendor.
constexpr std::array<std::string_view, 5> former_cinterion_products{"0059", "0062", "0063", "0065", "00d0"};

bool is_one_of(const auto& products, std::string_view product) {
    return std::ranges::find(products, product) != products.end();
}

} // namespace

bool is_modem_of_the_rule(std::string_view vendor, std::string_view product) {
    return (vendor == cinterion && is_one_of(cinterion_products, product)) ||
           (vendor == siemens && is_one_of(siemens_products, product));
}

bool was_modem_of_the_rule(std::string_view vendor, std::string_view product) {
    return (vendor == cinterion && is_one_of(former_cinterion_products, product)) || vendor == motorola;
}

} // namespace bgs2::cli
