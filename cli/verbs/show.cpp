// SPDX-License-Identifier: Apache-2.0
#include "cli/client/bus.h"
#include "cli/client/selector.h"
#include "cli/terminal/command_error.h"
#include "cli/terminal/output.h"
#include "cli/terminal/text.h"
#include "cli/verbs/verbs.h"
#include "daemon/base/bytes.h"
#include "daemon/base/counted.h"

#include <fmt/format.h>

#include <memory>

namespace bgs2::cli {
namespace {

constexpr std::string_view show_help = R"(Show one modem: its state, the reason, what to do, and its slots.

Usage: bgs2ctl show [M] [--json]

M is an IMEI or any unambiguous suffix of it, the device node of a port, or
"any". Default: the only modem.

Compliance of a slot:
  compliant         holds what the policy requires
  missing           the policy requires a certificate; the slot is empty, or the
                    source cannot be read
  different         holds another certificate than the policy requires
  unverifiable      the modem does not report which certificate it holds
  corrupted         the modem reports it as corrupted
  unlisted          holds a certificate that the policy does not name
  empty             is empty, as it should be
  unknown           was written to, and not read since then

Private key of a slot, which no modem reads back:
  none              the slot holds no private key
  written           was written with the certificate, and the modem confirmed it
  unknown           the modem did not confirm it, or another program wrote it

Examples:
  bgs2ctl show
  bgs2ctl show 43809
  bgs2ctl show /dev/ttyUSB0 --json | jq '.slots[] | {slot, expires}'

Options:
  --json            Print one object; times in seconds since 1970, 0 is never
)";

std::vector<std::pair<std::string, Cell>> facts_of(const Modem& modem) {
    std::vector<std::pair<std::string, Cell>> facts{
        {"IMEI", Cell::of(modem.imei)},
        {"Model", Cell::of(modem.model)},
        {"Revision", Cell::of(modem.revision)},
        {"Port", Cell::of(modem.port)},
        {"Port path", Cell::of(modem.port_path)},
        {"Port use", Cell::of(modem.port_use, modem.port_use == "waiting" ? Colour::odd : Colour::plain)},
    };
    if (!modem.port_holder.empty())
        facts.emplace_back("Port holder", Cell::of(modem.port_holder));
    facts.emplace_back("State", Cell::of(modem.state, colour_of_state(modem.state)));
    facts.emplace_back("Reason", Cell::of(modem.reason));
    if (!modem.hint.empty())
        facts.emplace_back("Hint", Cell::of(modem.hint));
    facts.emplace_back("Policy", Cell::of(modem.policy));
    facts.emplace_back("Verified", Cell::of(bus_time(modem.last_verified, "not yet")));
    facts.emplace_back("Provisioned", Cell::of(bus_time(modem.last_provisioned, "not yet")));
    if (modem.retry_at != 0)
        facts.emplace_back("Retry at", Cell::of(bus_time(modem.retry_at, "")));
    return facts;
}

/// The slots with a certificate or without a required one, and the number of the others.
std::string slots_text(const std::map<unsigned, Slot>& slots, const Terminal& terminal) {
    Table table({{"SLOT", "slot"},
                 {"COMPLIANCE", "compliance"},
                 {"KEY", "key"},
                 {.title = "SUBJECT", .key = "subject", .yields = true},
                 {"EXPIRES", "expires"},
                 {"THUMBPRINT", "thumbprint"}});
    std::size_t empty = 0;
    for (const auto& [number, slot] : slots) {
        if (slot.compliance == "empty") {
            ++empty;
            continue;
        }
        table.add({Cell::of(std::to_string(number)),
                   Cell::of(slot.compliance, colour_of_compliance(slot.compliance)), Cell::of(slot.key),
                   Cell::of(slot.subject), Cell::of(bus_day(slot.expires, "")), Cell::of(slot.thumbprint)});
    }
    std::string text;
    if (!table.empty())
        text += "\n" + table.text(terminal);
    if (empty > 0)
        text += "\n" +
                fitted(fmt::format("{} empty, as {} should be",
                                   table.empty() ? counted(empty, "slot is", "slots are")
                                                 : counted(empty, "more slot is", "more slots are"),
                                   empty == 1 ? "it" : "they"),
                       terminal) +
                "\n";
    return text;
}

/// The findings about the certificates that the policy names.
std::string findings_text(const Modem& modem, const Terminal& terminal) {
    std::string text;
    for (const Finding& finding : modem.findings) {
        text += "\n" + fitted(finding.severity + ": " + printable(finding.message), terminal) + "\n";
        if (!finding.hint.empty())
            text += "  " + fitted("hint: " + printable(finding.hint), terminal, 2) + "\n";
    }
    return text;
}

std::string text_of(const Modem& modem, const Terminal& terminal) {
    std::string text = key_value_lines(facts_of(modem), terminal) + slots_text(modem.slots, terminal);
    for (const auto& [store, slots] : modem.other_stores)
        text += fmt::format("\n{}:\n{}", store, slots_text(slots, terminal));
    return text + findings_text(modem, terminal);
}

ExitCode show(const std::string& selector, const Terminal& terminal) {
    Bus bus(terminal.access);
    const Modem modem = value_or_fail(resolve(bus.modems(), selector));
    if (terminal.json)
        print(to_line(to_json(modem)));
    else
        print(text_of(modem, terminal));
    return ExitCode::ok;
}

} // namespace

void define_show(Verb& verb) {
    verb.help(show_help);
    const auto selector = std::make_shared<std::string>();
    verb.argument("M", *selector, Need::optional);
    verb.runs([selector](const Terminal& terminal) { return show(*selector, terminal); });
}

} // namespace bgs2::cli
