// SPDX-License-Identifier: Apache-2.0
#include "daemon/modem/provision.h"

#include "daemon/at/identify.h"
#include "daemon/modem/job_failure.h"
#include "daemon/sbnw/dialogue.h"
#include "daemon/sbnw/result.h"

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace bgs2 {
namespace {

/// Reports the sent bytes to a job, over several frames.
class Progress {
  public:
    Progress(Job& job, std::uint64_t total)
      : job_(job)
      , total_(total) {
        job_.set_bytes(0, total_);
    }

    void sent(std::size_t bytes) { job_.set_bytes(before_ + bytes, total_); }
    void done(const pki::Secret& frame) { before_ += frame.size(); }

  private:
    Job& job_;
    std::uint64_t total_;
    std::uint64_t before_ = 0;
};

asio::awaitable<void> send(at::Channel& channel, const std::string& imei, const PreparedStep& step,
                           const std::function<void()>& begins, Progress& progress) {
    for (const pki::Secret& frame : step.frames) {
        co_await at::require_imei(channel, imei);
        if (&frame == &step.frames.front())
            begins();
        co_await sbnw::push(channel, std::string(word(step.step.address.store)), frame,
                            [&progress](std::size_t bytes) { progress.sent(bytes); });
        progress.done(frame);
    }
}

std::string_view what_is_in(const sbnw::Slot* slot) {
    if (slot == nullptr || slot->empty())
        return "nothing";
    return slot->corrupted ? "a corrupted certificate" : "another certificate";
}

} // namespace

asio::awaitable<std::vector<Attempt>> write(at::Channel& channel, const std::string& imei,
                                            const std::vector<PreparedStep>& steps, Job& job,
                                            std::function<void(const SlotAddress&)> begins) {
    Progress progress(job, size_of(steps));
    std::vector<Attempt> attempts;
    for (const PreparedStep& each : steps) {
        const std::function<void()> begins_step = [&] {
            job.set_step(each.step.action == Action::write ? StepCode::writing : StepCode::erasing,
                         each.step.address);
            begins(each.step.address);
        };
        const auto start = std::chrono::steady_clock::now();
        Attempt& attempt = attempts.emplace_back();
        attempt.step = &each;
        try {
            co_await send(channel, imei, each, begins_step, progress);
        } catch (const Exception&) {
            attempt.failure = std::current_exception();
        }
        attempt.duration =
            std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
        if (attempt.failure)
            break;
    }
    co_return attempts;
}

std::optional<Rollback> rollback_of(const Attempt& attempt) {
    const PreparedStep& step = *attempt.step;
    if (!step.rollback || to_failure(attempt.failure).refusal != sbnw::Result::private_key_removed)
        return std::nullopt;
    return Rollback{
        .address = step.step.address, .thumbprint = step.thumbprint, .frame = step.rollback->clone()};
}

asio::awaitable<bool> roll_back(at::Channel& channel, const std::string& imei, const Rollback& rollback,
                                const sbnw::Inventory& present) {
    const auto kept = present.find(rollback.address);
    if (kept == present.end() || kept->second.thumbprint != rollback.thumbprint)
        co_return false;
    co_await at::require_imei(channel, imei);
    co_await sbnw::push(channel, std::string(word(rollback.address.store)), rollback.frame,
                        [](std::size_t) {});
    co_return true;
}

asio::awaitable<std::string> signing_hint(at::Channel& channel) {
    sbnw::Slots slots;
    try {
        slots = co_await sbnw::read_slots(channel, std::string(word(Store::management)));
    } catch (const Exception& e) {
        if (e.error().code != ErrorCode::not_supported)
            throw;
    }
    for (const auto& [slot, content] : slots) {
        if (!content.empty())
            co_return fmt::format(
                "the modem may require commands signed with the key of its management certificate, {}: "
                "name that key in [provision.sign]",
                to_string(content));
    }
    co_return std::string();
}

Expected<void> verify(const std::vector<PreparedStep>& steps, const sbnw::Inventory& present) {
    for (const PreparedStep& prepared : steps) {
        const SlotAddress& address = prepared.step.address;
        const auto found = present.find(address);
        const sbnw::Slot* slot = found == present.end() ? nullptr : &found->second;
        const bool is_empty = slot == nullptr || slot->empty();
        const bool is_right = prepared.step.action == Action::erase
                                  ? is_empty
                                  : !is_empty && !slot->corrupted && slot->thumbprint == prepared.thumbprint;
        if (is_right)
            continue;
        return fail(ErrorCode::verify_failed,
                    fmt::format("{} was {}, but reads back {}", to_string(address),
                                prepared.step.action == Action::write ? "written" : "erased",
                                what_is_in(slot)),
                    "the modem reported success but did not store the change: check its firmware");
    }
    return {};
}

} // namespace bgs2
