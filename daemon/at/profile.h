// SPDX-License-Identifier: Apache-2.0
// The settings of a module that bgs2d changes, as they were found.
#pragma once

#include "daemon/at/channel.h"

#include <asio/awaitable.hpp>

#include <optional>

namespace bgs2::at {

/// Only what is certain: a setting that is not known is not restored.
struct FoundProfile {
    bool echo = false;                      ///< the module echoed (ATE1)
    bool numeric = false;                   ///< its results were numbers (ATV0)
    bool quiet = false;                     ///< it sent no results (ATQ1)
    std::optional<unsigned> error_format{}; ///< the value of AT+CMEE

    bool operator==(const FoundProfile&) const = default;
};

/// The settings of errors and results that bgs2d uses.
inline constexpr unsigned verbose_errors = 2; ///< AT+CMEE
inline constexpr const char* profile_command = "ATQ0V1E0";

/// Gives the module the settings that were found, by at most two commands, each of which may take a second.
/// Sends nothing if they are those that bgs2d uses. Continues if the module refuses a command or does not
/// answer. Throws Exception as Channel does: DeviceGone, Cancelled, the error passed to interrupt().
asio::awaitable<void> restore(Channel& channel, FoundProfile found);

} // namespace bgs2::at
