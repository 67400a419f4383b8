// SPDX-License-Identifier: Apache-2.0
// Carrying out what was prepared: writing slots, and comparing what they read back.
#pragma once

#include "daemon/at/channel.h"
#include "daemon/base/error.h"
#include "daemon/modem/job.h"
#include "daemon/modem/prepared_plan.h"
#include "daemon/sbnw/slots.h"

#include <asio/awaitable.hpp>

#include <chrono>
#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace bgs2 {

/// One step that was begun.
struct Attempt {
    const PreparedStep* step = nullptr;
    std::chrono::milliseconds duration{0};
    std::exception_ptr failure; ///< why it went wrong, as sbnw::push() throws it, naming the slot; null: the
                                ///< module said that it is done, which is not yet a proof
};

/// Sends the frames of one step after another and tells the job how far it is. `begins` hears of each slot
/// right before it may change. Ends with the first attempt that fails. Valid as long as `steps`.
asio::awaitable<std::vector<Attempt>> write(at::Channel& channel, const std::vector<PreparedStep>& steps,
                                            Job& job, std::function<void(const SlotAddress&)> begins);

/// What is sent if a module kept a certificate whose private key it removed.
struct Rollback {
    SlotAddress address;
    std::string thumbprint;
    pki::Secret frame;
};

/// What to do about an attempt whose private key the module removed; nothing for any other.
std::optional<Rollback> rollback_of(const Attempt& attempt);

/// Empties the slot if `present` has that certificate in it; whether it had. Alone it is of no use, and would
/// pass for the right one ever after: nothing reads a key back. Throws as sbnw::push() does.
asio::awaitable<bool> roll_back(at::Channel& channel, const Rollback& rollback,
                                const sbnw::Inventory& present);

/// Which key a module may be waiting for that refuses commands without a reason; empty if it holds no
/// management certificate. Throws as sbnw::read_slots() does, but for NotSupported.
asio::awaitable<std::string> signing_hint(at::Channel& channel);

/// Compares what was written with what was read back, slot by slot. Errors: VerifyFailed.
Expected<void> verify(const std::vector<PreparedStep>& steps, const sbnw::Inventory& present);

} // namespace bgs2
