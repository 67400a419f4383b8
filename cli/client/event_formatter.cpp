// SPDX-License-Identifier: Apache-2.0
#include "cli/client/event_formatter.h"

#include "cli/client/job.h"
#include "cli/client/names.h"
#include "cli/terminal/text.h"
#include "daemon/base/bytes.h"

#include <fmt/format.h>

#include <cctype>
#include <cstdint>
#include <string_view>
#include <utility>

namespace bgs2::cli {
namespace {

/// "LastProvisioned" -> "last_provisioned", the spelling of all JSON of bgs2ctl.
std::string snake_case(std::string_view name) {
    std::string result;
    for (const char c : name) {
        const bool upper = std::isupper(static_cast<unsigned char>(c)) != 0;
        if (upper && !result.empty())
            result += '_';
        result += upper ? static_cast<char>(std::tolower(static_cast<unsigned char>(c))) : c;
    }
    return result;
}

Value properties_json(const Value& properties) {
    Value result = Value::object();
    for (const auto& [name, value] : properties.items()) {
        if (name == "Slots")
            result["slots"] = slots_json(slots_of(value));
        else if (name == "OtherStores")
            result["other_stores"] = other_stores_json(other_stores_of(value));
        else
            result[snake_case(name)] = value;
    }
    return result;
}

std::string text_of(const Value& properties, const char* name) {
    return properties.value(name, std::string());
}

std::string with_reason(const std::string& what, const std::string& reason) {
    return reason.empty() ? what : fmt::format("{} ({})", what, reason);
}

std::string slot_text(const std::string& imei, unsigned number, const Slot& slot) {
    const std::string holds =
        slot.size == 0 ? "" : fmt::format(", {}", slot.subject.empty() ? slot.thumbprint : slot.subject);
    return fmt::format("{} slot {}: {}{}", imei, number, slot.compliance, holds);
}

EventLine line_of(std::string_view text, Value json) {
    return {printable(text), std::move(json)};
}

EventLine port_wanted(const Value& arguments) {
    const std::string device = arguments.at(0);
    const std::string reason = arguments.at(1);
    const std::uint64_t deadline = arguments.at(2);
    return line_of(
        fmt::format("{} wanted{}: {}", device,
                    deadline == 0 ? "" : fmt::format(" by {}", bus_time(deadline, "")), reason),
        {{"event", "port-wanted"}, {"device", device}, {"reason", reason}, {"deadline", deadline}});
}

std::string of_operation(const Value& properties) {
    return fmt::format("{} of {}", text_of(properties, "Operation"),
                       last_component(text_of(properties, "Modem")));
}

} // namespace

EventLine daemon_event(bool there) {
    return line_of(there ? "bgs2d is running" : "bgs2d is not running",
                   {{"event", "daemon"}, {"there", there}});
}

void EventFormatter::know(std::span<const Modem> modems) {
    for (const Modem& modem : modems)
        slots_[modem.path] = modem.slots;
}

std::vector<EventLine> EventFormatter::format(const BusSignal& event) {
    if (event.member == "NameOwnerChanged") {
        slots_.clear();
        jobs_.clear();
        return {daemon_event(!event.arguments.at(2).get<std::string>().empty())};
    }
    if (event.member == "InterfacesAdded")
        return added(event);
    if (event.member == "InterfacesRemoved")
        return removed(event);
    if (event.member == "PropertiesChanged")
        return changed(event);
    if (event.member == "JobCompleted")
        return job_completed(event);
    if (event.member == "PolicyReloaded") {
        const Value& generation = event.arguments.at(0);
        return {line_of(fmt::format("policies reloaded, generation {}", generation.dump()),
                        {{"event", "policy-reloaded"}, {"generation", generation}})};
    }
    if (event.member == "PortWanted")
        return {port_wanted(event.arguments)};
    if (event.member == "PortReleased") {
        const std::string device = event.arguments.at(0);
        return {
            line_of(fmt::format("{} released", device), {{"event", "port-released"}, {"device", device}})};
    }
    return {};
}

std::vector<EventLine> EventFormatter::added(const BusSignal& event) {
    const std::string path = event.arguments.at(0);
    const Value& interfaces = event.arguments.at(1);
    if (const auto job = interfaces.find(job_interface); job != interfaces.end()) {
        const KnownJob& known = jobs_[path] = {of_operation(*job), text_of(*job, "Step")};
        return {line_of(fmt::format("job {}: {} started", last_component(path), known.what),
                        {{"event", "job-added"}, {"job", path}, {"properties", properties_json(*job)}})};
    }
    const auto properties = interfaces.find(modem_interface);
    if (properties == interfaces.end())
        return {};
    const Modem modem = modem_of(path, *properties);
    slots_[path] = modem.slots;
    return {line_of(
        with_reason(fmt::format("{} added: {} on {}, {}", modem.imei, modem.model, modem.port, modem.state),
                    modem.reason),
        {{"event", "modem-added"}, {"imei", modem.imei}, {"properties", properties_json(*properties)}})};
}

std::vector<EventLine> EventFormatter::job_changed(const std::string& path, const Value& properties) {
    KnownJob& known = jobs_[path];
    const std::string step = properties.value("Step", known.step);
    if (step == known.step) // progress in bytes is not an event
        return {};
    known.step = step;
    return {line_of(fmt::format("job {}: {}", last_component(path), step),
                    {{"event", "job-changed"}, {"job", path}, {"properties", properties_json(properties)}})};
}

std::vector<EventLine> EventFormatter::job_completed(const BusSignal& event) {
    const std::string path = event.arguments.at(0);
    const JobResult result = result_of(event);
    const std::string& what = jobs_[path].what;
    return {line_of(fmt::format("job {}: {}{}{}{}{}", last_component(path), what, what.empty() ? "" : " ",
                                result.success ? "done" : fmt::format("failed, {}", result.error),
                                result.message.empty() ? "" : ": ", result.message),
                    {{"event", "job-completed"},
                     {"job", path},
                     {"success", result.success},
                     {"error", result.error},
                     {"message", result.message},
                     {"hint", result.hint}})};
}

std::vector<EventLine> EventFormatter::removed(const BusSignal& event) {
    const std::string path = event.arguments.at(0);
    jobs_.erase(path);
    if (!path.starts_with(modem_path_prefix)) // the object of a job disappears a minute after its end
        return {};
    slots_.erase(path);
    const std::string imei = last_component(path);
    return {line_of(imei + " removed", {{"event", "modem-removed"}, {"imei", imei}})};
}

std::vector<EventLine> EventFormatter::changed(const BusSignal& event) {
    const std::string interface = event.arguments.at(0);
    const Value& properties = event.arguments.at(1);
    if (interface == modem_interface)
        return modem_changed(event.path, properties);
    if (interface == job_interface)
        return job_changed(event.path, properties);
    if (!properties.contains("PolicyErrors"))
        return {};
    std::vector<EventLine> result;
    for (const Value& error : properties["PolicyErrors"])
        result.push_back(line_of(fmt::format("policies: {}", error.get<std::string>()),
                                 {{"event", "policy-error"}, {"message", error}}));
    return result;
}

std::vector<EventLine> EventFormatter::modem_changed(const std::string& path, const Value& properties) {
    const std::string imei = last_component(path);
    const Value json{{"event", "modem-changed"}, {"imei", imei}, {"properties", properties_json(properties)}};
    std::vector<std::string> lines;
    const std::string reason = text_of(properties, "Reason");
    if (properties.contains("State"))
        lines.push_back(with_reason(fmt::format("{} is {}", imei, text_of(properties, "State")), reason));
    else if (!reason.empty())
        lines.push_back(fmt::format("{}: {}", imei, reason));
    if (const std::string hint = text_of(properties, "Hint"); !hint.empty())
        lines.push_back(fmt::format("{} hint: {}", imei, hint));
    if (properties.contains("Port"))
        lines.push_back(fmt::format("{} is on {}", imei, text_of(properties, "Port")));
    if (properties.contains("PortUse"))
        lines.push_back(with_reason(fmt::format("{}: port {}", imei, text_of(properties, "PortUse")),
                                    text_of(properties, "PortHolder")));
    if (properties.contains("Policy"))
        lines.push_back(with_reason(fmt::format("{} has the policy", imei), text_of(properties, "Policy")));
    if (properties.contains("Slots")) {
        auto now = slots_of(properties["Slots"]);
        for (const auto& [number, slot] : now) {
            const auto before = slots_[path].find(number);
            if (before == slots_[path].end() ? slot.compliance != "empty" : before->second != slot)
                lines.push_back(slot_text(imei, number, slot));
        }
        slots_[path] = std::move(now);
    }
    if (lines.empty())
        return {};
    // One object per signal, one line per fact: the first line carries the object.
    std::vector<EventLine> result;
    result.reserve(lines.size());
    for (const std::string& line : lines)
        result.push_back(line_of(line, result.empty() ? json : Value()));
    return result;
}

} // namespace bgs2::cli
