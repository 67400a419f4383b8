#include "daemon/chronicle.h"

#include "daemon/counted.h"
#include "daemon/mishap.h"

#include <fmt/format.h>

#include <utility>

namespace bgs2 {
namespace {

std::string thumbprint_in(const sbnw::Inventory& present, const sbnw::SlotAddress& address) {
    const auto found = present.find(address);
    return found == present.end() ? std::string() : found->second.thumbprint;
}

history::Entry about(history::Event event, const sbnw::SlotAddress& address) {
    history::Entry entry;
    entry.event = event;
    entry.store = word(address.store);
    entry.slot = address.slot;
    return entry;
}

} // namespace

Chronicle::Chronicle(std::string imei, std::string port_path, Log log, Keep keep)
  : imei_(std::move(imei))
  , port_path_(std::move(port_path))
  , log_(std::move(log))
  , keep_(std::move(keep)) {}

void Chronicle::under(const policy::Policy* policy) {
    policy_name_ = policy == nullptr ? "" : policy->name;
    policy_file_ = policy == nullptr ? "" : policy->file.string();
}

void Chronicle::shown(const Verdict& now, const Verdict& before) const {
    const Log log = log_.with({{"BGS2_POLICY", policy_name_},
                               {"BGS2_STATE", std::string(word(now.state))},
                               {"BGS2_REASON", now.reason},
                               {"BGS2_HINT", now.hint}});
    if (now.expiring && now.reason != before.reason)
        log.with({{"BGS2_SLOT", std::to_string(now.expiring->slot)}})
            .event(Event::certificate_expiring, "{}: {}", imei_, now.reason);
    if (now.state == before.state)
        return;
    if (const auto event = event_of(now.state))
        log.event(*event, "{}: {}: {}", imei_, word(now.state), now.reason);
    else
        log.info("{}: {}: {}", imei_, word(now.state), now.reason);
    history::Entry entry;
    entry.state = word(now.state);
    entry.message = now.reason;
    keep(std::move(entry));
}

void Chronicle::changed_by_others(const SlotChange& change) const {
    const std::string text =
        fmt::format("{} was changed by somebody else: it held {}, now {}", to_string(change.address),
                    to_string(change.before), to_string(change.now));
    log_.with({{"BGS2_SLOT", std::to_string(change.address.slot)}}).notice("{}: {}", imei_, text);
    history::Entry entry = about(history::Event::drift, change.address);
    entry.thumbprint_before = change.before.thumbprint;
    entry.thumbprint_after = change.now.thumbprint;
    entry.message = text;
    keep(std::move(entry));
}

void Chronicle::begins(const Preparation& preparation) const {
    for (const SlotFinding& finding : preparation.findings)
        log_.with({{"BGS2_SLOT", std::to_string(finding.address.slot)}})
            .warning("{}: {}", imei_, to_string(finding.error));
    for (const PreparedStep& each : preparation.steps)
        log_.with({{"BGS2_SLOT", std::to_string(each.step.address.slot)}})
            .info("{}: {}: {} octets to {} it", imei_, each.step.reason, size_of(each),
                  word(each.step.action));
}

void Chronicle::attempted(const std::vector<Attempt>& attempts, const sbnw::Inventory& present) const {
    for (const Attempt& attempt : attempts) {
        const Step& step = attempt.step->step;
        history::Entry entry =
            about(step.action == Action::write ? history::Event::write : history::Event::erase, step.address);
        entry.thumbprint_before = step.before;
        entry.thumbprint_after = thumbprint_in(present, step.address);
        entry.message = step.reason;
        entry.duration = attempt.duration;
        entry.bytes = size_of(*attempt.step);
        if (attempt.failure) {
            const Error error = mishap_of(attempt.failure).error;
            entry.error = word(error.code);
            entry.message += ": " + error.what;
        }
        keep(std::move(entry));
    }
}

void Chronicle::provisioned(const Job& job, std::size_t steps) const {
    log_.with({{"BGS2_JOB", std::to_string(job.number())}, {"BGS2_POLICY", policy_name_}})
        .event(Event::provisioned, "{}: provisioned by policy '{}': {} written and read back", imei_,
               policy_name_, counted(steps, "slot"));
}

void Chronicle::changed(const Job& job) const {
    log_.with({{"BGS2_JOB", std::to_string(job.number())}})
        .notice("{}: done and read back: {}", imei_, job.task().description);
}

void Chronicle::failed(const Job& job, const Error& error) const {
    log_.with({{"BGS2_JOB", std::to_string(job.number())}})
        .warning("{}: {}: {}", imei_, word(job.task().operation), to_string(error));
}

void Chronicle::warn(const std::string& what) const {
    log_.warning("{}: {}", imei_, what);
}

void Chronicle::keep(history::Entry entry) const {
    entry.imei = imei_;
    entry.port_path = port_path_;
    entry.policy = policy_file_;
    keep_(std::move(entry));
}

} // namespace bgs2
