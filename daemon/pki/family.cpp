// SPDX-License-Identifier: Apache-2.0
#include "daemon/pki/family.h"

#include <algorithm>

namespace bgs2::pki {
namespace {

constexpr std::array families{
    // Assumed: the usual certificates of its time, and the only form in protocol.md §1.
    Family{.name = "BGS2", .rsa_bits = 2048, .hashes = {"SHA1", "SHA256"}, .pem = false},
    // Siblings without known limits: the module decides.
    Family{.name = "", .rsa_bits = 0, .hashes = {}, .pem = true},
};
static_assert(families.back().name.empty(), "the last row is for every model");

} // namespace

const Family& family_of(std::string_view model) {
    return *std::ranges::find_if(families,
                                 [model](const Family& each) { return model.starts_with(each.name); });
}

} // namespace bgs2::pki
