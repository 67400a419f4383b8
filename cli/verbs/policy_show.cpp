// SPDX-License-Identifier: Apache-2.0
#include "cli/client/bus.h"
#include "cli/terminal/command_error.h"
#include "cli/terminal/output.h"
#include "cli/terminal/text.h"
#include "cli/verbs/verbs.h"
#include "daemon/policy/glob.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

namespace bgs2::cli {
namespace {

constexpr std::string_view policy_show_help =
    R"(Show the active policies in evaluation order: the first that matches a modem
applies.

Usage: bgs2ctl policy show [NAME] [--json]

NAME is the file name of a policy without ".toml". Of a slot, the sources of its
certificate and key are shown, never their content.

Examples:
  bgs2ctl policy show
  bgs2ctl policy show 50-cloud
  bgs2ctl policy show --json | jq -r '.[].slots[].certificate'

Options:
  --json            Print an array with one object per policy
)";

std::string sources_text(const Value& slot) {
    std::string text = slot.value("certificate", "");
    for (const char* what : {"private-key", "passphrase"}) {
        if (slot.contains(what))
            text += fmt::format(", {} {}", what, slot.value(what, ""));
    }
    return text;
}

std::string name_of(const Value& slot) {
    const std::string name = fmt::format("Slot {}", slot.value("slot", 0));
    const std::string store = slot.value("store", "is_cert");
    return store == "is_cert" ? name : fmt::format("{} of {}", name, store);
}

std::string policy_text(const Policy& policy, const Terminal& terminal) {
    std::vector<std::pair<std::string, Cell>> lines{
        {"Policy", Cell::of(policy.name, Colour::strong)},
        {"File", Cell::of(policy.file)},
        {"Mode", Cell::of(policy.mode)},
    };
    for (const auto& [field, patterns] : policy.match)
        lines.emplace_back(
            "Match", Cell::of(fmt::format("{} = {}", field, to_string(policy::Patterns{.list = patterns}))));
    if (policy.match.empty())
        lines.emplace_back("Match", Cell::of("every modem"));
    for (const Value& slot : policy.slots)
        lines.emplace_back(name_of(slot), Cell::of(sources_text(slot)));
    return key_value_lines(lines, terminal);
}

std::vector<Policy> named(std::vector<Policy> policies, const std::string& name) {
    if (name.empty())
        return policies;
    std::erase_if(policies, [&](const Policy& policy) { return policy.name != name; });
    if (policies.empty())
        throw CommandError(Error{ErrorCode::not_found, fmt::format("no active policy '{}'", name),
                                 "see 'bgs2ctl policy show' for the active ones, 'bgs2ctl policy check' for "
                                 "errors in others"});
    return policies;
}

ExitCode policy_show(const std::string& name, const Terminal& terminal) {
    Bus bus(terminal.access);
    const std::vector<Policy> policies = named(bus.policies(), name);
    if (terminal.json) {
        Value list = Value::array();
        for (const Policy& policy : policies)
            list.push_back(to_json(policy));
        print(to_line(list));
        return ExitCode::ok;
    }
    if (policies.empty())
        print_error("no active policies; 'bgs2ctl policy check' reports errors in policy files\n");
    std::string text;
    for (const Policy& policy : policies)
        text += (text.empty() ? "" : "\n") + policy_text(policy, terminal);
    print(text);
    return ExitCode::ok;
}

} // namespace

void define_policy_show(Verb& verb) {
    verb.help(policy_show_help);
    const auto name = std::make_shared<std::string>();
    verb.argument("NAME", *name, Need::optional);
    verb.runs([name](const Terminal& terminal) { return policy_show(*name, terminal); });
}

} // namespace bgs2::cli
