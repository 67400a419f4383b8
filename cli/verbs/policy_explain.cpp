// SPDX-License-Identifier: Apache-2.0
#include "cli/client/bus.h"
#include "cli/client/selector.h"
#include "cli/terminal/command_error.h"
#include "cli/terminal/output.h"
#include "cli/terminal/text.h"
#include "cli/verbs/verbs.h"
#include "daemon/base/bytes.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

namespace bgs2::cli {
namespace {

constexpr std::string_view policy_explain_help =
    R"(Explain why a modem has its policy, or none: all policy files in evaluation
order.

Usage: bgs2ctl policy explain [M] [--json]

M is an IMEI or any unambiguous suffix of it, the device node of a port, or
"any". Default: the only modem.

Status:
  applies           the first whose [match] matches
  does-not-match    WHY has the line of [match] that does not match
  not-asked         an earlier file applies
  masks             an empty file; only masks files of its name
  masked            not read: a file of its name comes first
  broken            invalid; while there is one, the active policies stay
                    active

Examples:
  bgs2ctl policy explain 43809
  bgs2ctl policy explain --json | jq '.[] | select(.status == "broken")'

Options:
  --json            Print an array with one object per file
)";

Colour colour_of_file_status(std::string_view status) {
    if (status == "applies")
        return Colour::good;
    return status == "broken" ? Colour::bad : Colour::plain;
}

std::string place_of(const FileExplanation& explained) {
    return explained.line == 0 ? explained.file : fmt::format("{}:{}", explained.file, explained.line);
}

/// The result, for people.
std::string conclusion(const std::string& imei, const std::vector<FileExplanation>& files) {
    const auto applies = std::ranges::find(files, std::string("applies"), &FileExplanation::status);
    if (applies != files.end())
        return fmt::format("{}: policy '{}' applies", imei, applies->policy);
    const bool broken =
        std::ranges::find(files, std::string("broken"), &FileExplanation::status) != files.end();
    return fmt::format("{}: no policy applies{}", imei, broken ? "; broken files cannot apply" : "");
}

ExitCode policy_explain(const std::string& selector, const Terminal& terminal) {
    Bus bus(terminal.access);
    const Modem modem = value_or_fail(resolve(bus.modems(), selector));
    const std::vector<FileExplanation> files = bus.explain_policy(modem.imei);
    if (terminal.json) {
        Value list = Value::array();
        for (const FileExplanation& each : files)
            list.push_back(to_json(each));
        print(to_line(list));
        return ExitCode::ok;
    }
    Table table({{"POLICY", "policy"}, {"STATUS", "status"}, {"FILE", "file"}, {"WHY", "why"}});
    for (const FileExplanation& each : files)
        table.add({Cell::of(each.policy), Cell::of(each.status, colour_of_file_status(each.status)),
                   Cell::of(place_of(each)), Cell::of(each.why)});
    print(printable(conclusion(modem.imei, files)) + "\n" +
          (table.empty() ? "" : "\n" + table.text(terminal)));
    return ExitCode::ok;
}

} // namespace

void define_policy_explain(Verb& verb) {
    verb.help(policy_explain_help);
    const auto selector = std::make_shared<std::string>();
    verb.argument("M", *selector, Need::optional);
    verb.runs([selector](const Terminal& terminal) { return policy_explain(*selector, terminal); });
}

} // namespace bgs2::cli
