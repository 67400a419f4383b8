// SPDX-License-Identifier: Apache-2.0
// One line of the history: what was decided about a modem, or what became of one of its slots.
#pragma once

#include "daemon/base/words.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace bgs2::history {

using Time = std::chrono::sys_time<std::chrono::milliseconds>;

enum class EntryKind {
    state, ///< a decision: the modem came to be in a state
    write, ///< a result: a slot was written, or the try failed
    erase, ///< a result: a slot was emptied, or the try failed
    drift, ///< a slot changed, and not by our hand
    gap,   ///< of the history's own: entries were lost before this one
};

consteval auto words(EntryKind) {
    return EnumTable{Word{EntryKind::state, "state"}, Word{EntryKind::write, "write"},
                     Word{EntryKind::erase, "erase"}, Word{EntryKind::drift, "drift"},
                     Word{EntryKind::gap, "gap"}};
}

/// What does not apply, or is not known, is empty. Nothing in it is ever a secret.
struct Entry {
    Time when{};                        ///< by the system's clock, which may have jumped since
    std::string boot_id{};              ///< of /proc/sys/kernel/random; tells apart what a clock can not
    std::string imei{};                 ///< of the modem
    std::string port_path{};            ///< where it was plugged in: udev's ID_PATH
    std::string policy{};               ///< the file of the policy that was for it
    std::uint64_t generation = 0;       ///< of the policies, counted from the daemon's start
    EntryKind event = EntryKind::state; ///< what happened
    std::string state{};                ///< the word of the modem's state, of `state` only
    std::string store{};                ///< whose slot it is: "is_cert"
    std::optional<unsigned> slot{};     ///< nothing: it is not about one
    std::string thumbprint_before{};
    std::string thumbprint_after{};
    std::string error{};                  ///< the word of an error; empty: a success
    std::string message{};                ///< why, in words
    std::chrono::milliseconds duration{}; ///< how long it took
    std::uint64_t bytes = 0;              ///< bytes sent

    bool operator==(const Entry&) const = default;
};

/// The id of this boot; empty where /proc does not show it.
std::string boot_id();

} // namespace bgs2::history
