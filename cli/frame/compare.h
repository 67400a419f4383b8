// SPDX-License-Identifier: Apache-2.0
// Two frames, field by field: what differs, and the mistake that most likely made the difference. Pure.
#pragma once

#include "daemon/base/bytes.h"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace bgs2::cli {

/// A field that is not the same in both; in words, never a private key's bytes.
struct Difference {
    std::string field;
    std::string first;
    std::string second;

    bool operator==(const Difference&) const = default;
};

struct Comparison {
    bool same = false; ///< byte for byte
    std::vector<Difference> differences;
    std::vector<std::string> likely; ///< mistakes, each a sentence that names the frame

    bool operator==(const Comparison&) const = default;
};

/// A frame that is to be compared. Bytes that are no frame are compared as far as they can be made sense of.
struct Named {
    std::string_view name; ///< for the sentences
    ByteView bytes;
};

Comparison compare(const Named& first, const Named& second);

nlohmann::ordered_json to_json(const Comparison& comparison);

} // namespace bgs2::cli
