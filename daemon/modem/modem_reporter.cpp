// SPDX-License-Identifier: Apache-2.0
#include "daemon/modem/modem_reporter.h"

#include "daemon/base/counted.h"
#include "daemon/modem/job_failure.h"

#include <fmt/format.h>

#include <utility>

namespace bgs2 {
namespace {

std::string thumbprint_in(const sbnw::Inventory& present, const SlotAddress& address) {
    const auto found = present.find(address);
    return found == present.end() ? std::string() : found->second.thumbprint;
}

history::Entry about(history::EntryKind event, const SlotAddress& address) {
    history::Entry entry;
    entry.event = event;
    entry.store = word(address.store);
    entry.slot = address.slot;
    return entry;
}

} // namespace

ModemReporter::ModemReporter(std::string imei, std::string port_path, Log log, Append append)
  : imei_(std::move(imei))
  , port_path_(std::move(port_path))
  , log_(std::move(log))
  , append_(std::move(append)) {}

void ModemReporter::set_policy(const policy::Policy* policy) {
    policy_name_ = policy == nullptr ? "" : policy->name;
    policy_file_ = policy == nullptr ? "" : policy->file.string();
}

void ModemReporter::state_changed(const StateAssessment& now, const StateAssessment& before) const {
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
    append(std::move(entry));
}

void ModemReporter::slots_drifted(const std::vector<SlotChange>& changes) const {
    if (changes.empty())
        return;
    std::string all;
    for (const SlotChange& change : changes) {
        const std::string text =
            fmt::format("it held {}, now {}", to_string(change.before), to_string(change.now));
        log_.with({{"BGS2_SLOT", std::to_string(change.address.slot)}})
            .notice("{}: {} was changed outside bgs2d: {}", imei_, to_string(change.address), text);
        all += fmt::format("{}{} was changed outside bgs2d: {}", all.empty() ? "" : "; ",
                           to_string(change.address), text);
    }
    const SlotChange& first = changes.front();
    history::Entry entry;
    if (changes.size() == 1) {
        entry = about(history::EntryKind::drift, first.address);
        entry.thumbprint_before = first.before.thumbprint;
        entry.thumbprint_after = first.now.thumbprint;
    }
    entry.event = history::EntryKind::drift;
    entry.message = all;
    append(std::move(entry));
}

void ModemReporter::job_started(const PreparedPlan& prepared_plan) const {
    for (const SlotFinding& finding : prepared_plan.findings)
        log_.with({{"BGS2_SLOT", std::to_string(finding.address.slot)}})
            .warning("{}: {}", imei_, to_string(finding.error));
    for (const PreparedStep& each : prepared_plan.steps)
        log_.with({{"BGS2_SLOT", std::to_string(each.step.address.slot)}})
            .info("{}: {}: {} bytes to {} it", imei_, each.step.reason, each.size, word(each.step.action));
}

void ModemReporter::steps_executed(const std::vector<Attempt>& attempts,
                                   const sbnw::Inventory& present) const {
    for (const Attempt& attempt : attempts) {
        const PlanStep& step = attempt.step->step;
        history::Entry entry =
            about(step.action == Action::write ? history::EntryKind::write : history::EntryKind::erase,
                  step.address);
        entry.thumbprint_before = step.before;
        entry.thumbprint_after = thumbprint_in(present, step.address);
        entry.message = step.reason;
        entry.duration = attempt.duration;
        entry.bytes = attempt.step->size;
        if (attempt.failure) {
            const Error error = to_failure(attempt.failure).error;
            entry.error = word(error.code);
            entry.message += ": " + error.what;
        }
        append(std::move(entry));
    }
}

void ModemReporter::provisioned(const Job& job, std::size_t steps) const {
    log_.with({{"BGS2_JOB", std::to_string(job.number())}, {"BGS2_POLICY", policy_name_}})
        .event(Event::provisioned, "{}: provisioned by policy '{}': {} written and read back", imei_,
               policy_name_, counted(steps, "slot"));
}

void ModemReporter::changed(const Job& job) const {
    log_.with({{"BGS2_JOB", std::to_string(job.number())}})
        .notice("{}: done and read back: {}", imei_, job.task().description);
}

void ModemReporter::failed(const Job& job, const Error& error) const {
    log_.with({{"BGS2_JOB", std::to_string(job.number())}})
        .warning("{}: {}: {}", imei_, word(job.task().operation), to_string(error));
}

void ModemReporter::warn(const std::string& what) const {
    log_.warning("{}: {}", imei_, what);
}

void ModemReporter::append(history::Entry entry) const {
    entry.imei = imei_;
    entry.port_path = port_path_;
    entry.policy = policy_file_;
    append_(std::move(entry));
}

} // namespace bgs2
