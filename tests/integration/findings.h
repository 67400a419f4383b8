// SPDX-License-Identifier: Apache-2.0
// The findings of the daemon about certificates.
#pragma once

#include "tests/support/gateway.h"

#include <cstdint>
#include <string>
#include <vector>

namespace bgs2::test {

/// One entry of the property Findings.
struct Found {
    std::string severity;
    std::string store;
    std::uint32_t slot = 0;
    std::string code;
    std::string message;
    std::string hint;
};

inline std::vector<Found> findings(Gateway& gateway) {
    const auto all = gateway.modem()
                         ->getProperty("Findings")
                         .onInterface("io.bgs2d1.Modem")
                         .get<std::vector<Gateway::Dictionary>>();
    std::vector<Found> result;
    for (const Gateway::Dictionary& each : all)
        result.push_back({.severity = each.at("severity").get<std::string>(),
                          .store = each.at("store").get<std::string>(),
                          .slot = each.at("slot").get<std::uint32_t>(),
                          .code = each.at("code").get<std::string>(),
                          .message = each.at("message").get<std::string>(),
                          .hint = each.at("hint").get<std::string>()});
    return result;
}

} // namespace bgs2::test
