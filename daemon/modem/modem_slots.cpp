// SPDX-License-Identifier: Apache-2.0
#include "daemon/modem/modem_slots.h"

#include "daemon/at/identify.h"
#include "daemon/modem/job_failure.h"
#include "daemon/sbnw/result.h"

#include <fmt/format.h>

#include <exception>
#include <string>
#include <utility>

namespace bgs2 {

ModemSlots::ModemSlots(const std::string& imei, RetainedState& retained, const ModemReporter& reporter,
                       std::function<void()> changed)
  : imei_(imei)
  , retained_(retained)
  , reporter_(reporter)
  , changed_(std::move(changed)) {}

void ModemSlots::note_idle(std::chrono::milliseconds good_for) {
    fresh_ = false;
    const auto now = std::chrono::steady_clock::now();
    if (const auto retry = retry_at();
        retry ? now >= *retry : good_for.count() > 0 && now >= cache_.when() + good_for)
        stale_ = true;
}

asio::awaitable<std::vector<SlotChange>> ModemSlots::read(at::Channel& channel, std::set<Store> stores) {
    co_await at::require_imei(channel, imei_);
    auto changes = co_await cache_.read(channel, std::move(stores));
    stale_ = false;
    fresh_ = true;
    reading_.reset();
    changed_();
    co_return changes;
}

asio::awaitable<void> ModemSlots::look(at::Channel& channel, std::set<Store> stores) {
    const auto changes = co_await read(channel, std::move(stores));
    retained_.rewrites.reconcile(cache_.inventory());
    for (const SlotChange& change : changes)
        reporter_.slot_drifted(change);
}

asio::awaitable<void> ModemSlots::look_if_possible(at::Channel& channel, std::set<Store> stores) {
    try {
        co_await look(channel, std::move(stores));
    } catch (const Exception&) {
        const JobFailure failure = to_failure(std::current_exception());
        if (!failure.refusal && failure.error.code != ErrorCode::not_supported)
            throw;
        reading_.failed(failure);
    }
    stale_ = false;
}

asio::awaitable<void> ModemSlots::apply(at::Channel& channel, Job& job, const PreparedPlan& prepared_plan,
                                        std::set<Store> stores) {
    reporter_.job_started(prepared_plan);
    const auto begins = [this](const SlotAddress& address) {
        cache_.invalidate(address);
        changed_();
    };
    const std::vector<Attempt> attempts = co_await write(channel, imei_, prepared_plan.steps, job, begins);
    for (const Attempt& attempt : attempts) {
        if (!attempt.failure)
            retained_.keyless.erase(attempt.step->step.address);
    }
    if (const Attempt& last = attempts.back(); last.failure) {
        reporter_.steps_executed(attempts, {});
        rollback_ = rollback_of(last);
        std::rethrow_exception(last.failure);
    }
    job.set_step(StepCode::verifying);
    co_await read(channel, std::move(stores));
    reporter_.steps_executed(attempts, cache_.inventory());
    value_or_throw(verify(prepared_plan.steps, cache_.inventory()));
}

asio::awaitable<void> ModemSlots::recover(at::Channel& channel, std::set<Store> stores) {
    stale_ = true;
    const auto rollback = std::exchange(rollback_, std::nullopt);
    if (rollback) // before erasing, since the modem may be gone before that
        retained_.keyless[rollback->address] = rollback->thumbprint;
    co_await at::synchronise(channel);
    co_await look_if_possible(channel, stores);
    if (!rollback)
        co_return;
    try {
        const bool kept = co_await roll_back(channel, imei_, *rollback, cache_.inventory());
        retained_.keyless.erase(rollback->address);
        if (!kept)
            co_return;
        reporter_.warn(to_string(rollback->address) +
                       " kept the certificate without its private key, and was erased");
    } catch (const sbnw::Refusal& e) {
        reporter_.warn(
            fmt::format("{} kept the certificate without its private key, and cannot be erased: {}",
                        to_string(rollback->address), e.what()));
    }
    cache_.invalidate(rollback->address); // so that the change is not reported as drift
    co_await look_if_possible(channel, stores);
}

} // namespace bgs2
