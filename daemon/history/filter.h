// SPDX-License-Identifier: Apache-2.0
// Filter of history entries.
#pragma once

#include "daemon/history/entry.h"

#include <cstddef>
#include <optional>
#include <string>

namespace bgs2::history {

/// All given conditions must match.
struct Filter {
    std::optional<std::string> imei{}; ///< whole, or a suffix
    std::optional<Time> since{};       ///< not before
    bool failed_only = false;          ///< with an error, or with the state failed or blocked
    std::size_t limit = 1000;          ///< the newest entries that match

    bool operator==(const Filter&) const = default;
};

} // namespace bgs2::history
