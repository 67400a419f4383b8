// SPDX-License-Identifier: Apache-2.0
// Writes the steps of a prepared plan and verifies them.
#pragma once

#include "daemon/at/channel.h"
#include "daemon/base/background.h"
#include "daemon/base/error.h"
#include "daemon/base/slot_address.h"
#include "daemon/modem/job.h"
#include "daemon/modem/prepared_plan.h"
#include "daemon/sbnw/slots.h"

#include <asio/awaitable.hpp>

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace bgs2 {

/// One step that was started.
struct Attempt {
    const PreparedStep* step = nullptr;
    std::chrono::milliseconds duration{0};
    std::exception_ptr failure; ///< the error of at::require_imei() or sbnw::push(), naming the slot; null:
                                ///< the module reported success, which verify() still has to confirm
};

/// The modem and the services that write() uses.
struct Writing {
    using Report = std::function<asio::awaitable<void>(const PreparedStep&)>;

    std::string imei;
    Background& background; ///< encodes frames
    Report begins;          ///< awaited right before a slot may change
    Report stored;          ///< awaited when the module has confirmed the change
};

/// Sends the frames of the steps in order and updates the job's progress. Before each frame it checks that
/// the modem still is the one with the IMEI (at::require_imei()). A signed write of an occupied slot that the
/// module refuses is repeated after the slot was erased: a module in secure mode does not overwrite
/// (protocol.md §3). Stops after the first attempt that fails. The result is valid as long as the plan.
asio::awaitable<std::vector<Attempt>> write(at::Channel& channel, const PreparedPlan& prepared_plan, Job& job,
                                            Writing writing);

/// Erases a certificate whose private key the module removed.
struct Rollback {
    SlotAddress address;
    CertificateDigests certificate;
    std::shared_ptr<const Encoder> encoder;
};

/// The rollback for an attempt whose private key the module removed; nothing for any other.
std::optional<Rollback> rollback_of(const Attempt& attempt, const PreparedPlan& prepared_plan);

/// Erases the slot if it holds that certificate according to `present`; returns whether it did. Without its
/// key the certificate is useless, but would compare as compliant: a module never reports its keys. Throws as
/// at::require_imei() and sbnw::push() do.
asio::awaitable<bool> roll_back(at::Channel& channel, const Writing& writing, const Rollback& rollback,
                                const sbnw::Inventory& present);

/// A hint for a module that refuses commands without a reason: it names the management certificate whose key
/// may be required; empty if there is none. Throws as sbnw::read_slots() does, except NotSupported.
asio::awaitable<std::string> signing_hint(at::Channel& channel);

/// Compares the slots with the steps; a slot that cannot be compared passes. Errors: VerifyFailed.
Expected<void> verify(const std::vector<PreparedStep>& steps, const sbnw::Inventory& present);

} // namespace bgs2
