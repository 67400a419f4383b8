#include "daemon/modem_slots.h"

#include "daemon/at/identify.h"
#include "daemon/sbnw/result.h"

#include <fmt/format.h>

#include <exception>
#include <string>
#include <utility>

namespace bgs2 {

ModemSlots::ModemSlots(Memory& memory, const Chronicle& chronicle, std::function<void()> changed)
  : memory_(memory)
  , chronicle_(chronicle)
  , changed_(std::move(changed)) {}

void ModemSlots::left_alone(std::chrono::milliseconds good_for) {
    fresh_ = false;
    if (good_for.count() > 0 && std::chrono::steady_clock::now() >= readout_.when() + good_for)
        stale_ = true;
}

asio::awaitable<std::vector<SlotChange>> ModemSlots::read(at::Channel& channel,
                                                          std::set<sbnw::Store> stores) {
    auto changes = co_await readout_.read(channel, std::move(stores));
    stale_ = false;
    fresh_ = true;
    unreadable_.reset();
    changed_();
    co_return changes;
}

asio::awaitable<void> ModemSlots::look(at::Channel& channel, std::set<sbnw::Store> stores) {
    const auto changes = co_await read(channel, std::move(stores));
    memory_.repairs.found(readout_.inventory());
    for (const SlotChange& change : changes)
        chronicle_.changed_by_others(change);
}

asio::awaitable<void> ModemSlots::look_if_possible(at::Channel& channel, std::set<sbnw::Store> stores) {
    try {
        co_await look(channel, std::move(stores));
    } catch (const Exception& e) {
        if (e.error().code != ErrorCode::not_supported)
            throw;
        stale_ = false;
        unreadable_ = e.error();
    }
}

asio::awaitable<void> ModemSlots::apply(at::Channel& channel, Job& job, const Preparation& preparation,
                                        std::set<sbnw::Store> stores) {
    chronicle_.begins(preparation);
    const auto begins = [this](const sbnw::SlotAddress& address) {
        readout_.forget(address);
        changed_();
    };
    const std::vector<Attempt> attempts = co_await write(channel, preparation.steps, job, begins);
    for (const Attempt& attempt : attempts) {
        if (!attempt.failure)
            memory_.keyless.erase(attempt.step->step.address);
    }
    if (const Attempt& last = attempts.back(); last.failure) {
        chronicle_.attempted(attempts, {});
        retreat_ = retreat_of(last);
        std::rethrow_exception(last.failure);
    }
    job.set_step("reading back");
    co_await read(channel, std::move(stores));
    chronicle_.attempted(attempts, readout_.inventory());
    value_or_throw(verify(preparation.steps, readout_.inventory()));
}

asio::awaitable<void> ModemSlots::recover(at::Channel& channel, std::set<sbnw::Store> stores) {
    stale_ = true;
    const auto retreat = std::exchange(retreat_, std::nullopt);
    if (retreat) // first, since the modem may be gone before the slot is empty
        memory_.keyless[retreat->address] = retreat->thumbprint;
    co_await at::synchronise(channel);
    co_await look_if_possible(channel, stores);
    if (!retreat)
        co_return;
    try {
        const bool kept = co_await carry_out_retreat(channel, *retreat, readout_.inventory());
        memory_.keyless.erase(retreat->address);
        if (!kept)
            co_return;
        chronicle_.warn(to_string(retreat->address) +
                        " kept the certificate without its private key, and was emptied");
    } catch (const sbnw::Refusal& e) {
        chronicle_.warn(
            fmt::format("{} kept the certificate without its private key, and can not be emptied: {}",
                        to_string(retreat->address), e.what()));
    }
    readout_.forget(retreat->address); // what becomes of it now is nobody else's doing
    co_await look_if_possible(channel, stores);
}

} // namespace bgs2
