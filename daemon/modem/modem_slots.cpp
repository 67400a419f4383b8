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
namespace {

bool is_end_of_session(ErrorCode code) {
    return code == ErrorCode::device_gone || code == ErrorCode::modem_timeout || code == ErrorCode::cancelled;
}

} // namespace

ModemSlots::ModemSlots(Owner owner, RetainedState& retained, const ModemReporter& reporter)
  : owner_(std::move(owner))
  , retained_(retained)
  , reporter_(reporter) {}

void ModemSlots::note_idle(std::chrono::milliseconds good_for) {
    fresh_ = false;
    const auto now = std::chrono::steady_clock::now();
    if (const auto retry = retry_at();
        retry ? now >= *retry : good_for.count() > 0 && now >= cache_.when() + good_for)
        stale_ = true;
}

asio::awaitable<std::vector<SlotChange>> ModemSlots::read(at::Channel& channel, std::set<Store> stores) {
    co_await at::require_imei(channel, owner_.imei);
    auto changes = co_await cache_.read(channel, std::move(stores));
    stale_ = false;
    fresh_ = true;
    reading_.reset();
    // Elsewhere it can be another device with the same IMEI.
    if (retained_.record.place == owner_.place) {
        bool outdated = retained_.record.reconcile(cache_.inventory());
        for (const SlotChange& change : changes)
            outdated = retained_.record.note_change(change.address, change.now) || outdated;
        if (outdated)
            co_await owner_.save();
    }
    owner_.changed();
    co_return changes;
}

asio::awaitable<void> ModemSlots::look(at::Channel& channel, std::set<Store> stores) {
    const auto changes = co_await read(channel, std::move(stores));
    retained_.rewrites.reconcile(cache_.inventory());
    reporter_.slots_drifted(changes);
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
    const std::vector<Attempt> attempts = co_await write(channel, prepared_plan, job, writing());
    if (const Attempt& last = attempts.back(); last.failure) {
        reporter_.steps_executed(attempts, {});
        rollback_ = rollback_of(last, prepared_plan);
        std::rethrow_exception(last.failure);
    }
    job.set_step(StepCode::verifying);
    co_await read(channel, std::move(stores));
    reporter_.steps_executed(attempts, cache_.inventory());
    value_or_throw(verify(prepared_plan.steps, cache_.inventory()));
}

Writing ModemSlots::writing() {
    return {.imei = owner_.imei,
            .background = owner_.background,
            .begins = [this](const PreparedStep& step) { return note_begin(step); },
            .stored = [this](const PreparedStep& step) { return note_stored(step.step.address); }};
}

/// From here on the slot may hold anything, also if the process or the power ends.
asio::awaitable<void> ModemSlots::note_begin(PreparedStep step) {
    const SlotAddress& address = step.step.address;
    cache_.invalidate(address);
    retained_.record.slots[address] = {
        .content = step.content,
        .when = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()),
        .stored = false};
    if (retained_.record.place.empty() || !step.content.key.empty()) // which may_write_key() permits
        retained_.record.place = owner_.place;
    owner_.changed();
    // Otherwise an older record could tell of a key after a restart that the slot has lost.
    if (!co_await owner_.save() && !step.content.key.empty())
        throw Exception(Error{ErrorCode::failed,
                              "the record of the modem cannot be written, so that no private key is sent",
                              "check the space and the rights of the state directory; bgs2d tries again"});
}

asio::awaitable<void> ModemSlots::note_stored(SlotAddress address) {
    retained_.record.slots[address].stored = true;
    co_await owner_.save();
}

asio::awaitable<void> ModemSlots::recover(at::Channel& channel, std::set<Store> stores) {
    stale_ = true;
    const auto rollback = std::exchange(rollback_, std::nullopt);
    co_await at::synchronise(channel);
    co_await look_if_possible(channel, stores);
    if (!rollback)
        co_return;
    try {
        if (!co_await roll_back(channel, writing(), *rollback, cache_.inventory()))
            co_return;
        reporter_.warn(to_string(rollback->address) +
                       " kept the certificate without its private key, and was erased");
    } catch (const Exception& e) {
        if (is_end_of_session(e.error().code))
            throw;
        reporter_.warn(
            fmt::format("{} kept the certificate without its private key, and cannot be erased: {}",
                        to_string(rollback->address), e.what()));
    }
    cache_.invalidate(rollback->address); // so that the change is not reported as drift
    co_await look_if_possible(channel, stores);
}

} // namespace bgs2
