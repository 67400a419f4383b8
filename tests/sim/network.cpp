// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/network.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <utility>

namespace bgs2::sim {
namespace {

using NetworkAnswer = std::pair<std::string_view, std::string_view>;

// Answers that do not change; an empty line is none.
constexpr auto network_answers = std::to_array<NetworkAnswer>({
    {"AT+GCAP", "+GCAP: +CGSM"},
    {"AT+WS46=?", "+WS46: (12)"},
    {"AT+CPIN?", "+CPIN: READY"},
    {"AT^SPIC", "^SPIC: 3"},
    {"AT^SPIC=\"SC\"", "^SPIC: 3"},
    {"AT^SPIC=\"SC\",1", "^SPIC: 10"},
    {"AT+CLCK=?", "+CLCK: (\"SC\")"},
    {"AT+CLCK=\"SC\",2", "+CLCK: 0"},
    {"AT+CIMI", "001010123456789"},
    {"AT+CCID", "+CCID: 89490200001234567890"},
    {"AT^SCID", "^SCID: 89490200001234567890"},
    {"AT+CRSM=176,12258,0,0,10", "+CRSM: 144,0,\"98942000002143658709\""}, // EF_ICCID
    {"AT+CRSM=176,28589,0,0,4", "+CRSM: 144,0,\"00000002\""},              // EF_AD: two digits of MNC
    {"AT+CNUM", ""},
    {"AT+CFUN=?", "+CFUN: (0,1,4),(0,1)"},
    {"AT+CSCS=?", "+CSCS: (\"GSM\",\"IRA\")"},
    {"AT+CSCS?", "+CSCS: \"IRA\""},
    {"AT+COPS=?", "+COPS: (2,\"Test\",\"Test\",\"00101\",0),,(0,1,3,4),(0,1,2)"},
    {"AT+COPS?", "+COPS: 0,2,\"00101\",0"},
    {"AT+CSQ", "+CSQ: 21,0"},
    {"AT^SMONG", "GPRS Monitor"},
    {"AT^SMONI=?", ""},
    {"AT^SMONI", "^SMONI: 2G,71,-61,001,01,0143,83BA,33,33,3,6,G,NOCONN"},
    {"AT+CIND=?", "+CIND: (\"signal\",(0-5)),(\"service\",(0,1)),(\"roam\",(0,1))"},
    {"AT+CIND?", "+CIND: 4,1,0"},
    {"AT+CMER=?", "+CMER: (0,3),(0),(0),(0,1),(0)"},
    {"AT+CGDCONT=?", "+CGDCONT: (1-2),\"IP\",,,(0),(0)"},
    {"AT+CMGF=?", "+CMGF: (0,1)"},
    {"AT+CPMS=?", "+CPMS: (\"SM\"),(\"SM\"),(\"SM\")"},
    {"AT+CNMI=?", "+CNMI: (0-2),(0,1),(0),(0),(0,1)"},
    {"AT+CUSD=?", "+CUSD: (0,1,2)"},
});

// Settings that are accepted and change nothing here.
constexpr auto network_settings = std::to_array<std::string_view>(
    {"AT\\Q", "AT+IFC=", "AT+IPR=", "AT+CSCS=", "AT+COPS=", "AT+CMER=", "AT+CMGF=", "AT+CPMS=", "AT+CNMI=",
     "AT+CLIP=", "AT+CRC=", "AT+CCWA=", "AT+CUSD=", "AT^SCFG=", "AT^SMSO"});

} // namespace

std::optional<Answer> Network::query(std::string_view command) const {
    const auto* const known = std::ranges::find(network_answers, command, &NetworkAnswer::first);
    if (known != network_answers.end())
        return known->second.empty() ? Answer{} : Answer{.lines = {std::string(known->second)}};
    if (command == "AT^SQPORT?")
        return Answer{.lines = {"^SQPORT: " + port_use_}};
    const bool on = functionality_ == '1';
    const auto registration = [on](std::string_view name, char reports) {
        return Answer{.lines = {fmt::format("{}: {},{}{}", name, reports, on ? 1 : 0,
                                            on && reports == '2' ? ",\"0143\",\"83BA\"" : "")}};
    };
    if (command == "AT+CFUN?")
        return Answer{.lines = {fmt::format("+CFUN: {}", functionality_)}};
    if (command == "AT+CREG?")
        return registration("+CREG", reports_);
    if (command == "AT+CGREG?")
        return registration("+CGREG", packet_reports_);
    if (command == "AT+CGATT?")
        return Answer{.lines = {fmt::format("+CGATT: {}", attached_)}};
    if (command == "AT+CGACT?")
        return Answer{.lines = {fmt::format("+CGACT: 1,{}", active_)}};
    if (command == "AT+CGDCONT?")
        return Answer{.lines = {fmt::format("+CGDCONT: {},\"\",0,0", context_)}};
    return std::nullopt;
}

bool Network::set(std::string_view command) {
    const std::initializer_list<std::pair<std::string_view, char*>> digits{{"AT+CFUN=", &functionality_},
                                                                           {"AT+CGATT=", &attached_},
                                                                           {"AT+CGACT=", &active_},
                                                                           {"AT+CREG=", &reports_},
                                                                           {"AT+CGREG=", &packet_reports_}};
    for (const auto& [name, value] : digits) {
        if (command.starts_with(name) && command.size() > name.size() && command[name.size()] >= '0' &&
            command[name.size()] <= '9') {
            *value = command[name.size()];
            return true;
        }
    }
    constexpr std::string_view context = "AT+CGDCONT=";
    if (command.starts_with(context)) {
        context_ = command.substr(context.size());
        return true;
    }
    return std::ranges::any_of(network_settings, [command](auto name) { return command.starts_with(name); });
}

std::optional<Answer> Network::answer(std::string_view command) {
    if (auto found = query(command))
        return found;
    return set(command) ? std::optional(Answer{}) : std::nullopt;
}

} // namespace bgs2::sim
