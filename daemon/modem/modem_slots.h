// SPDX-License-Identifier: Apache-2.0
// Reads, writes and verifies the slots of one modem.
#pragma once

#include "daemon/at/channel.h"
#include "daemon/base/background.h"
#include "daemon/base/error.h"
#include "daemon/base/slot_address.h"
#include "daemon/modem/job.h"
#include "daemon/modem/modem_reporter.h"
#include "daemon/modem/prepared_plan.h"
#include "daemon/modem/provision.h"
#include "daemon/modem/retained_state.h"
#include "daemon/modem/retries.h"
#include "daemon/modem/slot_cache.h"

#include <asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace bgs2 {

class ModemSlots {
  public:
    /// The modem that the slots belong to, and its services.
    struct Owner {
        std::string imei;
        std::string place; ///< place_of() its port
        Background& background;
        std::function<void()> changed;               ///< called whenever cache() has changed
        std::function<asio::awaitable<bool>()> save; ///< writes RetainedState::record; false: not on the disk
    };

    /// `retained` and `reporter` outlive this object.
    ModemSlots(Owner owner, RetainedState& retained, const ModemReporter& reporter);

    /// The slots as last read.
    [[nodiscard]] const SlotCache& cache() const { return cache_; }
    /// The slots must be read before they are used.
    [[nodiscard]] bool stale() const { return stale_; }
    void set_stale() { stale_ = true; }
    /// The slots were read since the modem was last idle.
    [[nodiscard]] bool fresh() const { return fresh_; }
    /// The modem was idle: other programs may have written to it. Slots that were read longer ago than
    /// `good_for` become stale; 0: never.
    void note_idle(std::chrono::milliseconds good_for);
    /// The failure of a module that cannot list its slots; nothing if it can.
    [[nodiscard]] const std::optional<LastFailure>& unreadable() const { return reading_.failure(); }
    /// The time of the next attempt to list them; nothing if a retry cannot help.
    [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> retry_at() const {
        return reading_.next();
    }

    /// Reads the slots of these stores and reports changes made outside bgs2d. Each reading begins with
    /// at::require_imei(). Throws as that and sbnw::read_slots() do.
    asio::awaitable<void> look(at::Channel& channel, std::set<Store> stores);

    /// Like look(), but sets unreadable() if the module cannot list its slots.
    asio::awaitable<void> look_if_possible(at::Channel& channel, std::set<Store> stores);

    /// Writes the steps, at least one, reads the slots back and compares them. Throws as look() and write()
    /// do, and VerifyFailed.
    asio::awaitable<void> apply(at::Channel& channel, Job& job, const PreparedPlan& prepared_plan,
                                std::set<Store> stores);

    /// After a failure: synchronises with the module, reads the slots, and erases a certificate that lost its
    /// private key.
    asio::awaitable<void> recover(at::Channel& channel, std::set<Store> stores);

  private:
    asio::awaitable<std::vector<SlotChange>> read(at::Channel& channel, std::set<Store> stores);
    [[nodiscard]] Writing writing();
    asio::awaitable<void> note_begin(PreparedStep step);
    asio::awaitable<void> note_stored(SlotAddress address);

    Owner owner_;
    RetainedState& retained_;
    const ModemReporter& reporter_;
    SlotCache cache_;
    std::optional<Rollback> rollback_;
    Retries reading_; ///< of the slots, as long as the module cannot list them
    bool stale_ = true;
    bool fresh_ = false;
};

} // namespace bgs2
