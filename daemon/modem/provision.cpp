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

asio::awaitable<pki::Secret> encoded(const Writing& writing, std::shared_ptr<const Encoder> encoder,
                                     PreparedStep step) {
    auto work = [](const std::shared_ptr<const Encoder>& with, const PreparedStep& what) {
        return encode(*with, what);
    };
    BackgroundTask task("encode a frame for modem " + writing.imei, "check the token that signs");
    co_return co_await in_background(writing.background, std::move(task), work, std::move(encoder),
                                     std::move(step));
}

asio::awaitable<void> erase(at::Channel& channel, const Writing& writing,
                            std::shared_ptr<const Encoder> encoder, SlotAddress address) {
    PreparedStep step{.step = {.address = address, .action = Action::erase, .before = {}, .reason = {}},
                      .content = {},
                      .key_pair = nullptr,
                      .frame = nullptr};
    const std::string store(word(address.store));
    const pki::Secret frame = co_await encoded(writing, std::move(encoder), std::move(step));
    co_await at::require_imei(channel, writing.imei);
    co_await sbnw::push(channel, store, frame, [](std::size_t) {});
}

/// The disk takes less; a module is not exchanged in that time.
constexpr std::chrono::milliseconds prompt_record{500};

/// Whether the module may have refused the write only because the slot is occupied.
bool may_fit_when_empty(const PreparedPlan& prepared_plan, const PreparedStep& step,
                        const sbnw::Refusal& refusal) {
    return prepared_plan.encoder->signs() && step.key_pair && step.step.occupied &&
           refusal.result() == sbnw::Result::refused;
}

asio::awaitable<void> carry_out(at::Channel& channel, const Writing& writing,
                                const PreparedPlan& prepared_plan, const PreparedStep& step, Job& job,
                                at::Channel::Progress progress) {
    const std::string store(word(step.step.address.store));
    const pki::Secret frame = co_await encoded(writing, prepared_plan.encoder, step);
    co_await at::require_imei(channel, writing.imei); // nothing is recorded for another modem
    const auto asked = std::chrono::steady_clock::now();
    co_await writing.begins(step);
    if (std::chrono::steady_clock::now() - asked > prompt_record)
        co_await at::require_imei(channel, writing.imei);
    job.set_step(step.step.action == Action::write ? StepCode::writing : StepCode::erasing,
                 step.step.address);
    bool erase_first = false;
    try {
        co_await sbnw::push(channel, store, frame, progress);
    } catch (const sbnw::Refusal& refusal) {
        if (!may_fit_when_empty(prepared_plan, step, refusal))
            throw;
        erase_first = true;
    }
    if (erase_first) {
        co_await erase(channel, writing, prepared_plan.encoder, step.step.address);
        co_await at::require_imei(channel, writing.imei);
        co_await sbnw::push(channel, store, frame, std::move(progress));
    }
    co_await writing.stored(step);
}

std::uint64_t size_of(const std::vector<PreparedStep>& steps) {
    std::uint64_t size = 0;
    for (const PreparedStep& step : steps)
        size += step.size;
    return size;
}

std::string_view what_is_in(const sbnw::Slot* slot) {
    if (slot == nullptr || slot->empty())
        return "nothing";
    return slot->corrupted ? "a corrupted certificate" : "another certificate";
}

} // namespace

asio::awaitable<std::vector<Attempt>> write(at::Channel& channel, const PreparedPlan& prepared_plan, Job& job,
                                            Writing writing) {
    const std::uint64_t total = size_of(prepared_plan.steps);
    std::uint64_t before = 0;
    job.set_bytes(0, total);
    std::vector<Attempt> attempts;
    for (const PreparedStep& each : prepared_plan.steps) {
        const at::Channel::Progress progress = [&job, before, total](std::size_t sent) {
            job.set_bytes(before + sent, total);
        };
        const auto start = std::chrono::steady_clock::now();
        Attempt& attempt = attempts.emplace_back();
        attempt.step = &each;
        try {
            co_await carry_out(channel, writing, prepared_plan, each, job, progress);
        } catch (const Exception&) {
            attempt.failure = std::current_exception();
        }
        attempt.duration =
            std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
        before += each.size;
        if (attempt.failure)
            break;
    }
    co_return attempts;
}

std::optional<Rollback> rollback_of(const Attempt& attempt, const PreparedPlan& prepared_plan) {
    if (to_failure(attempt.failure).refusal != sbnw::Result::private_key_removed)
        return std::nullopt;
    return Rollback{.address = attempt.step->step.address,
                    .certificate = attempt.step->content.certificate,
                    .encoder = prepared_plan.encoder};
}

asio::awaitable<bool> roll_back(at::Channel& channel, const Writing& writing, const Rollback& rollback,
                                const sbnw::Inventory& present) {
    const auto kept = present.find(rollback.address);
    if (kept == present.end() || match(rollback.certificate, kept->second) != CertificateMatch::same)
        co_return false;
    co_await erase(channel, writing, rollback.encoder, rollback.address);
    co_return true;
}

asio::awaitable<std::string> signing_hint(at::Channel& channel) {
    sbnw::Slots slots;
    try {
        slots = co_await sbnw::read_slots(channel, std::string(word(Store::management)));
    } catch (const sbnw::Refusal&) { // NOLINT(bugprone-empty-catch)
        // The module is busy: the hint is not worth a retry.
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
        const bool is_right =
            prepared.step.action == Action::erase
                ? is_empty
                : !is_empty && !slot->corrupted &&
                      match(prepared.content.certificate, *slot) != CertificateMatch::different;
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
