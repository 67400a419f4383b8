// SPDX-License-Identifier: Apache-2.0
// Sends secure commands and reads slots (protocol.md §2 and §3).
#pragma once

#include "daemon/at/channel.h"
#include "daemon/pki/secret.h"
#include "daemon/sbnw/slots.h"

#include <asio/awaitable.hpp>

#include <chrono>
#include <string>

namespace bgs2::sbnw {

/// Timeouts of the module. Defaults from protocol.md §2.
struct Deadlines {
    std::chrono::milliseconds ready{10'000};  ///< from the command to `SECURE CMD READY`
    std::chrono::milliseconds result{65'000}; ///< from the frame's last byte to the result line
    std::chrono::milliseconds final{2'000};   ///< from there to the final `OK`
    std::chrono::milliseconds slots{20'000};  ///< for the list of the slots
    std::chrono::milliseconds stores{5'000};  ///< for the list of the stores

    bool operator==(const Deadlines&) const = default;
};

/// Sends one frame to `store` and returns when the module has confirmed it, which is not yet a proof. Once
/// begun it is not interrupted, unless the module is gone (Channel::uninterrupted). Throws Refusal (its
/// result lines, see result.h), Exception: ModemTimeout, ModemRejected (an OK without a result), DeviceGone.
asio::awaitable<void> push(at::Channel& channel, std::string store, const pki::Secret& frame,
                           at::Channel::Progress progress, Deadlines deadlines = {});

/// Reads every slot of `store`; a list that is incomplete is read twice. Throws Refusal (`temporary`: the
/// module is busy, or the list is incomplete), Exception: NotSupported (the firmware has no
/// such store; the hint names the stores that it has, if it reports them), ModemTimeout, DeviceGone.
asio::awaitable<Slots> read_slots(at::Channel& channel, std::string store, Deadlines deadlines = {});

} // namespace bgs2::sbnw
