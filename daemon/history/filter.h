// SPDX-License-Identifier: Apache-2.0
// Which entries of the history are wanted.
#pragma once

#include "daemon/history/entry.h"

#include <cstddef>
#include <optional>
#include <string>

namespace bgs2::history {

/// All that is given must hold.
struct Filter {
    std::optional<std::string> imei{}; ///< whole, or how it ends
    std::optional<Time> since{};       ///< not before
    bool failed_only = false;          ///< with an error, or of a modem that came to be failed or blocked
    std::size_t limit = 1000;          ///< the newest of those

    bool operator==(const Filter&) const = default;
};

} // namespace bgs2::history
