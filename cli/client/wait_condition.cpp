// SPDX-License-Identifier: Apache-2.0
#include "cli/client/wait_condition.h"

#include "cli/client/names.h"
#include "cli/client/selector.h"
#include "daemon/base/nearest.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace bgs2::cli {
namespace {

/// The values of Modem.State in dbus/io.bgs2d1.xml.
constexpr std::array<std::string_view, 8> known_states{"reading",      "unmanaged", "compliant", "drifted",
                                                       "provisioning", "waiting",   "failed",    "blocked"};

Expected<std::string> state_of(std::string_view word) {
    if (std::ranges::find(known_states, word) != known_states.end())
        return std::string(word);
    const std::vector<std::string_view> candidates(known_states.begin(), known_states.end());
    const auto meant = nearest(word, candidates);
    return fail(ErrorCode::invalid_argument, fmt::format("--state: '{}' is not a state of a modem", word),
                meant ? fmt::format("did you mean '{}'?", *meant)
                      : fmt::format("the states are {}", fmt::join(known_states, ", ")));
}

} // namespace

Expected<std::vector<std::string>> states_of(std::string_view list) {
    std::vector<std::string> states;
    while (true) {
        const std::size_t comma = std::min(list.find(','), list.size());
        auto state = state_of(list.substr(0, comma));
        if (!state)
            return std::unexpected(state.error());
        states.push_back(std::move(*state));
        if (comma == list.size())
            return states;
        list.remove_prefix(comma + 1);
    }
}

WaitCondition::WaitCondition(std::string selector, std::vector<std::string> states)
  : selector_(std::move(selector))
  , states_(std::move(states)) {}

bool WaitCondition::is_met_by(const Modem& modem) const {
    return std::ranges::find(states_, modem.state) != states_.end();
}

Expected<WaitStatus> WaitCondition::evaluate(std::span<const Modem> modems) const {
    std::vector<Modem> meant(modems.begin(), modems.end());
    if (!selector_.empty() && selector_ != "any") {
        auto modem = resolve(modems, selector_);
        if (!modem && modem.error().code != ErrorCode::not_found)
            return std::unexpected(modem.error());
        meant.clear();
        if (modem)
            meant.push_back(std::move(*modem));
    }
    WaitStatus status;
    std::vector<Modem> others;
    for (Modem& modem : meant) {
        auto& list = is_met_by(modem) ? status.modems : others;
        list.push_back(std::move(modem));
    }
    status.met = !status.modems.empty() && (others.empty() || selector_ == "any");
    if (!status.met)
        status.modems = std::move(others);
    return status;
}

Error WaitCondition::unmet(const WaitStatus& status) const {
    if (status.modems.empty())
        return {ErrorCode::modem_timeout,
                selector_.empty() || selector_ == "any"
                    ? "no modem has appeared"
                    : fmt::format("the modem {} has not appeared", selector_),
                "list the modems with 'bgs2ctl list', and the ports with 'bgs2ctl ports'"};
    const std::string wanted = fmt::format("{}", fmt::join(states_, " or "));
    Error error{ErrorCode::modem_timeout, {}, status.modems.front().hint};
    for (const Modem& modem : status.modems)
        error.what += fmt::format("{}{} is {}, not {}{}{}", error.what.empty() ? "" : "; ", modem.imei,
                                  modem.state, wanted, modem.reason.empty() ? "" : ": ", modem.reason);
    return error;
}

Error no_daemon_came() {
    return {ErrorCode::modem_timeout, "bgs2d is not running",
            "start it with 'systemctl start bgs2d'; its log: 'journalctl -u bgs2d'"};
}

bool concerns_modems(const BusSignal& event) {
    if (event.member == "NameOwnerChanged")
        return true;
    if (event.member == "InterfacesAdded" || event.member == "InterfacesRemoved")
        return event.arguments.at(0).get<std::string>().starts_with(modem_path_prefix);
    return event.member == "PropertiesChanged" && event.path.starts_with(modem_path_prefix);
}

} // namespace bgs2::cli
