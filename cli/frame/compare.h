// SPDX-License-Identifier: Apache-2.0
// Compares two frames field by field, and names the mistakes that most likely explain the differences. Pure.
#pragma once

#include "daemon/base/bytes.h"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace bgs2::cli {

/// A field that differs, in words; never has bytes of a private key.
struct Difference {
    std::string field;
    std::string first;
    std::string second;

    bool operator==(const Difference&) const = default;
};

struct Comparison {
    bool same = false; ///< byte for byte
    std::vector<Difference> differences;
    std::vector<std::string> likely; ///< mistakes, each a sentence with the name of the frame

    bool operator==(const Comparison&) const = default;
};

/// A frame to compare. An invalid frame is compared as far as it can be decoded.
struct Named {
    std::string_view name; ///< in the sentences
    ByteView bytes;
};

Comparison compare(const Named& first, const Named& second);

nlohmann::ordered_json to_json(const Comparison& comparison);

} // namespace bgs2::cli
