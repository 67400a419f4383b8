// SPDX-License-Identifier: Apache-2.0
#include "cli/client/objects.h"

#include "cli/client/names.h"
#include "daemon/base/error.h"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

namespace bgs2::cli {
namespace {

std::string text(const Value& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::uint64_t number(const Value& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_number_integer() ? found->get<std::uint64_t>() : 0;
}

double fraction(const Value& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_number() ? found->get<double>() : 0;
}

Slot slot_of(const Value& value) {
    return Slot{.subject = text(value, "subject"),
                .issuer = text(value, "issuer"),
                .serial = text(value, "serial"),
                .signature_algorithm = text(value, "signature-algorithm"),
                .thumbprint = text(value, "thumbprint"),
                .size = number(value, "size"),
                .expires = number(value, "expires"),
                .compliance = text(value, "compliance"),
                .key = text(value, "key")};
}

std::vector<std::string> list_of(const Value& list) {
    std::vector<std::string> result;
    for (const Value& value : list) {
        if (value.is_string())
            result.push_back(value.get<std::string>());
    }
    return result;
}

/// The texts of the dictionary that the object has under `key`.
std::map<std::string, std::string> texts_of(const Value& object, const char* key) {
    std::map<std::string, std::string> result;
    const auto found = object.find(key);
    if (found == object.end() || !found->is_object())
        return result;
    for (const auto& [name, value] : found->items()) {
        if (value.is_string())
            result.emplace(name, value.get<std::string>());
    }
    return result;
}

Value hyphens_out(const Value& dictionary) {
    Value result = Value::object();
    for (const auto& [key, value] : dictionary.items()) {
        std::string name = key;
        std::ranges::replace(name, '-', '_');
        result[name] = value;
    }
    return result;
}

} // namespace

std::map<unsigned, Slot> slots_of(const Value& slots) {
    std::map<unsigned, Slot> result;
    for (const Value& slot : slots)
        result.emplace(static_cast<unsigned>(number(slot, "slot")), slot_of(slot));
    return result;
}

std::map<std::string, std::map<unsigned, Slot>> other_stores_of(const Value& slots) {
    std::map<std::string, std::map<unsigned, Slot>> result;
    for (const Value& slot : slots)
        result[text(slot, "store")].emplace(static_cast<unsigned>(number(slot, "slot")), slot_of(slot));
    return result;
}

std::vector<Finding> findings_of(const Value& findings) {
    std::vector<Finding> result;
    for (const Value& finding : findings)
        result.push_back(Finding{.severity = text(finding, "severity"),
                                 .store = text(finding, "store"),
                                 .slot = number(finding, "slot"),
                                 .code = text(finding, "code"),
                                 .message = text(finding, "message"),
                                 .hint = text(finding, "hint")});
    return result;
}

Modem modem_of(std::string path, const Value& properties) {
    Modem modem{.path = std::move(path),
                .imei = text(properties, "Imei"),
                .model = text(properties, "Model"),
                .revision = text(properties, "Revision"),
                .port = text(properties, "Port"),
                .port_path = text(properties, "PortPath"),
                .state = text(properties, "State"),
                .reason_code = text(properties, "ReasonCode"),
                .reason_error = text(properties, "ReasonError"),
                .reason = text(properties, "Reason"),
                .hint = text(properties, "Hint"),
                .policy = text(properties, "Policy"),
                .slots = {},
                .other_stores = {},
                .findings = {},
                .last_provisioned = number(properties, "LastProvisioned"),
                .retry_at = number(properties, "RetryAt"),
                .last_verified = number(properties, "LastVerified"),
                .port_use = text(properties, "PortUse"),
                .port_holder = text(properties, "PortHolder")};
    if (const auto slots = properties.find("Slots"); slots != properties.end())
        modem.slots = slots_of(*slots);
    if (const auto others = properties.find("OtherStores"); others != properties.end())
        modem.other_stores = other_stores_of(*others);
    if (const auto findings = properties.find("Findings"); findings != properties.end())
        modem.findings = findings_of(*findings);
    return modem;
}

bool JobInfo::failed() const {
    return !error.empty();
}

bool JobInfo::ended() const {
    return end_time != 0;
}

JobInfo job_of(std::string path, const Value& properties) {
    const Error lines = from_lines(ErrorCode::failed, text(properties, "Message"));
    JobInfo job{.path = std::move(path),
                .operation = text(properties, "Operation"),
                .imei = last_component(text(properties, "Modem")),
                .description = text(properties, "Description"),
                .step = text(properties, "Step"),
                .step_code = text(properties, "StepCode"),
                .progress = fraction(properties, "Progress"),
                .bytes_sent = number(properties, "BytesSent"),
                .bytes_total = number(properties, "BytesTotal"),
                .start_time = number(properties, "StartTime"),
                .end_time = number(properties, "EndTime"),
                .error = text(properties, "Error"),
                .message = lines.what,
                .hint = lines.hint};
    const std::string digits = last_component(job.path);
    std::from_chars(digits.data(), digits.data() + digits.size(), job.number);
    return job;
}

std::vector<Port> ports_of(const Value& ports) {
    std::vector<Port> result;
    for (const Value& port : ports)
        result.push_back(Port{.device = text(port, "device"),
                              .path = text(port, "path"),
                              .state = text(port, "state"),
                              .code = text(port, "code"),
                              .naming = text(port, "naming"),
                              .reason = text(port, "reason"),
                              .hint = text(port, "hint"),
                              .imei = text(port, "imei"),
                              .use = text(port, "use"),
                              .holder = text(port, "holder"),
                              .work = text(port, "work"),
                              .waiting_since = number(port, "waiting-since"),
                              .retry_at = number(port, "retry-at"),
                              .inhibited = port.value("inhibited", false),
                              .properties = texts_of(port, "properties")});
    return result;
}

std::vector<PlanStep> steps_of(const Value& steps) {
    std::vector<PlanStep> result;
    for (const Value& step : steps)
        result.push_back(PlanStep{.action = text(step, "action"),
                                  .store = text(step, "store"),
                                  .slot = number(step, "slot"),
                                  .reason = text(step, "reason"),
                                  .bytes = number(step, "bytes")});
    return result;
}

std::vector<Policy> policies_of(const Value& policies) {
    std::vector<Policy> result;
    for (const Value& policy : policies) {
        Policy& read = result.emplace_back(Policy{.name = text(policy, "policy"),
                                                  .file = text(policy, "file"),
                                                  .mode = text(policy, "mode"),
                                                  .match = {},
                                                  .slots = {},
                                                  .use = text(policy, "use")});
        if (const auto units = policy.find("borrow-from"); units != policy.end() && units->is_array())
            read.borrow_from = list_of(*units);
        if (const auto match = policy.find("match"); match != policy.end() && match->is_object()) {
            for (const auto& [field, patterns] : match->items())
                read.match.emplace(field, list_of(patterns));
        }
        if (const auto slots = policy.find("slots"); slots != policy.end() && slots->is_array())
            read.slots.assign(slots->begin(), slots->end());
    }
    return result;
}

std::vector<HistoryEntry> history_entries_of(const Value& entries) {
    std::vector<HistoryEntry> result;
    for (const Value& entry : entries) {
        result.push_back(HistoryEntry{.time = number(entry, "time"),
                                      .boot_id = text(entry, "boot-id"),
                                      .imei = text(entry, "imei"),
                                      .port_path = text(entry, "port-path"),
                                      .policy = text(entry, "policy"),
                                      .generation = number(entry, "generation"),
                                      .event = text(entry, "event"),
                                      .state = text(entry, "state"),
                                      .store = text(entry, "store"),
                                      .slot = std::nullopt,
                                      .thumbprint_before = text(entry, "thumbprint-before"),
                                      .thumbprint_after = text(entry, "thumbprint-after"),
                                      .error = text(entry, "error"),
                                      .message = text(entry, "message"),
                                      .duration = number(entry, "duration"),
                                      .bytes = number(entry, "bytes")});
        if (entry.contains("slot"))
            result.back().slot = number(entry, "slot");
    }
    return result;
}

std::vector<FileExplanation> explained_of(const Value& files) {
    std::vector<FileExplanation> result;
    for (const Value& file : files)
        result.push_back(FileExplanation{.policy = text(file, "policy"),
                                         .file = text(file, "file"),
                                         .status = text(file, "status"),
                                         .why = text(file, "why"),
                                         .field = text(file, "field"),
                                         .line = number(file, "line"),
                                         .masked_by = text(file, "masked-by")});
    return result;
}

std::vector<Modem> modems_of(const Value& objects) {
    std::vector<Modem> modems;
    for (const auto& [path, interfaces] : objects.items()) {
        if (const auto modem = interfaces.find(modem_interface); modem != interfaces.end())
            modems.push_back(modem_of(path, *modem));
    }
    std::ranges::sort(modems, {}, &Modem::imei);
    return modems;
}

std::vector<JobInfo> jobs_of(const Value& objects) {
    std::vector<JobInfo> jobs;
    for (const auto& [path, interfaces] : objects.items()) {
        if (const auto job = interfaces.find(job_interface); job != interfaces.end())
            jobs.push_back(job_of(path, *job));
    }
    std::ranges::sort(jobs, {}, &JobInfo::number);
    return jobs;
}

Value to_json(const Slot& slot, unsigned number) {
    return {{"slot", number},
            {"compliance", slot.compliance},
            {"key", slot.key},
            {"subject", slot.subject},
            {"issuer", slot.issuer},
            {"serial", slot.serial},
            {"signature_algorithm", slot.signature_algorithm},
            {"thumbprint", slot.thumbprint},
            {"size", slot.size},
            {"expires", slot.expires}};
}

Value to_json(const Finding& finding) {
    return {{"severity", finding.severity}, {"store", finding.store},     {"slot", finding.slot},
            {"code", finding.code},         {"message", finding.message}, {"hint", finding.hint}};
}

Value slots_json(const std::map<unsigned, Slot>& slots) {
    Value result = Value::array();
    for (const auto& [number, slot] : slots)
        result.push_back(to_json(slot, number));
    return result;
}

Value other_stores_json(const std::map<std::string, std::map<unsigned, Slot>>& stores) {
    Value result = Value::object();
    for (const auto& [store, slots] : stores)
        result[store] = slots_json(slots);
    return result;
}

Value to_json(const Modem& modem) {
    Value findings = Value::array();
    for (const Finding& finding : modem.findings)
        findings.push_back(to_json(finding));
    return {{"imei", modem.imei},
            {"model", modem.model},
            {"revision", modem.revision},
            {"port", modem.port},
            {"port_path", modem.port_path},
            {"state", modem.state},
            {"reason_code", modem.reason_code},
            {"reason_error", modem.reason_error},
            {"reason", modem.reason},
            {"hint", modem.hint},
            {"policy", modem.policy},
            {"last_provisioned", modem.last_provisioned},
            {"retry_at", modem.retry_at},
            {"last_verified", modem.last_verified},
            {"port_use", modem.port_use},
            {"port_holder", modem.port_holder},
            {"path", modem.path},
            {"slots", slots_json(modem.slots)},
            {"other_stores", other_stores_json(modem.other_stores)},
            {"findings", std::move(findings)}};
}

Value to_json(const Policy& policy) {
    Value slots = Value::array();
    for (const Value& slot : policy.slots)
        slots.push_back(hyphens_out(slot));
    return {{"policy", policy.name},    {"file", policy.file}, {"mode", policy.mode},
            {"match", policy.match},    {"use", policy.use},   {"borrow_from", policy.borrow_from},
            {"slots", std::move(slots)}};
}

Value to_json(const FileExplanation& explained) {
    return {{"policy", explained.policy},      {"file", explained.file},
            {"status", explained.status},      {"why", explained.why},
            {"field", explained.field},        {"line", explained.line},
            {"masked_by", explained.masked_by}};
}

} // namespace bgs2::cli
