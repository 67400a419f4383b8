// SPDX-License-Identifier: Apache-2.0
// The slots of one modem: read, written, read back.
#pragma once

#include "daemon/at/channel.h"
#include "daemon/base/error.h"
#include "daemon/base/slot_address.h"
#include "daemon/modem/job.h"
#include "daemon/modem/modem_reporter.h"
#include "daemon/modem/prepared_plan.h"
#include "daemon/modem/provision.h"
#include "daemon/modem/retained_state.h"
#include "daemon/modem/slot_cache.h"

#include <asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <set>
#include <vector>

namespace bgs2 {

class ModemSlots {
  public:
    /// `changed` is called whenever readout() is another. All live longer than this.
    ModemSlots(RetainedState& retained, const ModemReporter& reporter, std::function<void()> changed);

    /// What was read last.
    [[nodiscard]] const SlotCache& cache() const { return cache_; }
    /// They must be read before anything is said about them.
    [[nodiscard]] bool stale() const { return stale_; }
    void set_stale() { stale_ = true; }
    /// They were read since the modem was last left alone.
    [[nodiscard]] bool fresh() const { return fresh_; }
    /// Others may have written to them since. What was read longer ago than `good_for` is stale; 0: never.
    void left_alone(std::chrono::milliseconds good_for);
    /// Why they can not be read, ever.
    [[nodiscard]] const std::optional<Error>& unreadable() const { return unreadable_; }

    /// Reads the slots of these stores for what has become of them since the daemon last had to do with them.
    /// Throws as sbnw::read_slots() does.
    asio::awaitable<void> look(at::Channel& channel, std::set<Store> stores);

    /// The same; but a module that can not tell its slots is unreadable() rather than given up.
    asio::awaitable<void> look_if_possible(at::Channel& channel, std::set<Store> stores);

    /// Writes, reads back, compares. Throws as sbnw::push() and sbnw::read_slots() do, and VerifyFailed.
    asio::awaitable<void> apply(at::Channel& channel, Job& job, const PreparedPlan& prepared_plan,
                                std::set<Store> stores);

    /// After a failure: finds the module's attention again and reads what it holds now; takes out again what
    /// can not stay there.
    asio::awaitable<void> recover(at::Channel& channel, std::set<Store> stores);

  private:
    asio::awaitable<std::vector<SlotChange>> read(at::Channel& channel, std::set<Store> stores);

    RetainedState& retained_;
    const ModemReporter& reporter_;
    std::function<void()> changed_;
    SlotCache cache_;
    std::optional<Rollback> rollback_;
    std::optional<Error> unreadable_;
    bool stale_ = true;
    bool fresh_ = false;
};

} // namespace bgs2
