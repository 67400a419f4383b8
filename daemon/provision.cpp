#include "daemon/provision.h"

#include "daemon/sbnw/dialogue.h"
#include "daemon/sbnw/frame.h"
#include "daemon/sbnw/result.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace bgs2 {
namespace {

constexpr std::array<std::string_view, 6> compliance_words{"compliant", "missing",  "different",
                                                           "corrupted", "unlisted", "empty"};

std::string reason(unsigned slot, Compliance compliance) {
    switch (compliance) {
    case Compliance::missing:
        return fmt::format("slot {} is empty", slot);
    case Compliance::different:
        return fmt::format("slot {} holds another certificate", slot);
    case Compliance::corrupted:
        return fmt::format("the certificate in slot {} is corrupted", slot);
    default:
        return {};
    }
}

Compliance compare(const std::string* wanted, const sbnw::Slot* slot) {
    if (wanted == nullptr)
        return slot == nullptr || slot->empty() ? Compliance::empty : Compliance::unlisted;
    if (slot == nullptr || slot->empty())
        return Compliance::missing;
    if (slot->corrupted)
        return Compliance::corrupted;
    return slot->thumbprint == *wanted ? Compliance::compliant : Compliance::different;
}

sbnw::SlotAddress tls(unsigned slot) {
    return {.store = sbnw::Store::tls, .slot = slot};
}

template<class Map>
auto* find(Map& map, const typename Map::key_type& key) {
    const auto found = map.find(key);
    return found == map.end() ? nullptr : &found->second;
}

Expected<PreparedStep> prepare_one(const Step& step, const DesiredSlot& desired,
                                   std::chrono::sys_seconds now) {
    const pki::Installation installation{.slot = desired.address.slot,
                                         .tls_store = true,
                                         .name = fmt::format("slot {} ({})", step.slot, desired.source),
                                         .credential = &desired.credential};
    const auto findings =
        pki::preflight({&installation, 1}, pki::family_of("BGS2"), now, pki::Severity::warning);
    if (const Error* error = pki::blocking(findings))
        return std::unexpected(*error);

    sbnw::SecureCommand command;
    command.slot = static_cast<std::uint16_t>(step.slot);
    command.certificate = desired.credential.certificate;
    command.private_key = desired.credential.key.clone();
    auto frame = sbnw::encode(command);
    if (!frame)
        return std::unexpected(std::move(frame.error()));
    return PreparedStep{.step = step,
                        .frame = std::move(*frame),
                        .thumbprint = desired.credential.thumbprint(),
                        .warnings = findings};
}

} // namespace

std::string_view word(Compliance compliance) {
    return compliance_words.at(static_cast<std::size_t>(compliance));
}

std::map<unsigned, Compliance> compare(const Thumbprints& desired, const sbnw::Slots& present) {
    std::map<unsigned, Compliance> result;
    for (const auto& [slot, content] : present)
        result.emplace(slot, compare(find(desired, tls(slot)), &content));
    for (const auto& [address, thumbprint] : desired) {
        if (address.store == sbnw::Store::tls)
            result.try_emplace(address.slot, Compliance::missing);
    }
    return result;
}

std::vector<Step> plan(const Thumbprints& desired, const sbnw::Slots& present, std::optional<unsigned> only) {
    std::vector<Step> steps;
    for (const auto& [slot, compliance] : compare(desired, present)) {
        const bool is_wanted = desired.contains(tls(slot)) && (!only || *only == slot);
        if (is_wanted && compliance != Compliance::compliant)
            steps.push_back({.slot = slot, .reason = reason(slot, compliance)});
    }
    return steps;
}

Expected<std::vector<PreparedStep>> prepare(const std::vector<Step>& steps, const Desired& desired,
                                            std::chrono::sys_seconds now) {
    std::vector<PreparedStep> prepared;
    for (const Step& step : steps) {
        auto one =
            prepare_one(step, *std::ranges::find(desired.slots, tls(step.slot), &DesiredSlot::address), now);
        if (!one)
            return std::unexpected(std::move(one.error()));
        prepared.push_back(std::move(*one));
    }
    return prepared;
}

asio::awaitable<void> write(at::Channel& channel, const std::vector<PreparedStep>& steps, Job& job) {
    std::uint64_t total = 0;
    for (const PreparedStep& prepared : steps)
        total += prepared.frame.size();
    std::uint64_t before = 0;
    job.set_bytes(0, total);
    for (const PreparedStep& prepared : steps) {
        job.set_step(fmt::format("writing slot {}", prepared.step.slot));
        const auto progress = [&job, before, total](std::size_t sent) {
            job.set_bytes(before + sent, total);
        };
        co_await sbnw::push(channel, std::string(sbnw::tls_store), prepared.frame, progress);
        before += prepared.frame.size();
    }
}

Expected<void> verify(const std::vector<PreparedStep>& steps, const sbnw::Slots& present) {
    for (const PreparedStep& prepared : steps) {
        const unsigned slot = prepared.step.slot;
        const sbnw::Slot* content = find(present, slot);
        if (compare(&prepared.thumbprint, content) == Compliance::compliant)
            continue;
        const std::string_view found = content == nullptr || content->empty() ? "nothing"
                                       : content->corrupted                   ? "a corrupted certificate"
                                                                              : "another certificate";
        return fail(
            ErrorCode::verify_failed, fmt::format("slot {} was written, but reads back {}", slot, found),
            "the modem said that it stored the certificate and did not; its firmware may be at fault");
    }
    return {};
}

} // namespace bgs2
