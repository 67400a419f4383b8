// SPDX-License-Identifier: Apache-2.0
// One entry of the history: a decision about a modem, or the result for
// one of its slots.
#pragma once

#include "daemon/base/words.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace bgs2::history {

using Time = std::chrono::sys_time<std::chrono::milliseconds>;

enum class EntryKind {
    state, ///< a decision: the modem entered a state
    write, ///< a result: a slot was written, or the attempt failed
    erase, ///< a result: a slot was erased, or the attempt failed
    drift, ///< a slot changed, and bgs2d did not change it
    gap,   ///< entries were lost before this one
};

consteval auto words(EntryKind) {
    return EnumTable{Word{EntryKind::state, "state"}, Word{EntryKind::write, "write"},
                     Word{EntryKind::erase, "erase"}, Word{EntryKind::drift, "drift"},
                     Word{EntryKind::gap, "gap"}};
}

/// Members that do not apply or are unknown are empty. Contains no secrets.
struct Entry {
    Time when{};                  ///< by the system clock, which may have been set since
    std::string boot_id{};        ///< of /proc/sys/kernel/random; distinguishes boots if the clock cannot
    std::string imei{};           ///< of the modem
    std::string port_path{};      ///< where it was plugged in: udev's ID_PATH
    std::string policy{};         ///< the file of the policy that applied
    std::uint64_t generation = 0; ///< of the policies, counted since the daemon's start
    EntryKind event = EntryKind::state; ///< what happened
    std::string state{};                ///< the word of the modem's state; for `state` only
    std::string store{};                ///< the store of the slot: "is_cert"
    std::optional<unsigned> slot{};     ///< nothing: the entry is not about a slot
    std::string thumbprint_before{};
    std::string thumbprint_after{};
    std::string error{};                  ///< the word of an error; empty: a success
    std::string message{};                ///< the reason, as text
    std::chrono::milliseconds duration{}; ///< how long it took
    std::uint64_t bytes = 0;              ///< bytes sent

    bool operator==(const Entry&) const = default;
};

/// The id of this boot; empty where /proc does not show it.
std::string boot_id();

} // namespace bgs2::history
