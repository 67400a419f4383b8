// SPDX-License-Identifier: Apache-2.0
#include "cli/client/bus.h"
#include "cli/client/follow.h"
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

constexpr std::string_view provision_help =
    R"(Apply the policy to a modem: write the slots that differ, and read them back.

Usage: bgs2ctl provision [M] [--slot N] [--dry-run] [--json]

M is an IMEI or any unambiguous suffix of it, the device node of a port, or
"any". Default: the only modem.
Requires the authorization io.bgs2d1.provision (root, group bgs2d, or polkit).

Waits for the result. Ctrl-C ends the waiting only; bgs2d continues the job.

Examples:
  bgs2ctl provision 43809
  bgs2ctl provision any --slot 1
  bgs2ctl provision --dry-run || test $? -eq 9

Options:
  --slot N          Provision this slot only, a decimal number from 0 to {}
  --dry-run         Show the steps and their reasons, and change nothing. The
                    exit code is 9 if there are any. Requires no authorization
  --json            Print one object with the result; with --dry-run an array of
                    steps
)";

struct ProvisionOptions {
    std::string selector;
    ProvisionScope scope;
    bool dry_run = false;
};

ExitCode dry_run(const Modem& modem, const std::vector<PlanStep>& steps, const ProvisionScope& scope,
                 const Terminal& terminal) {
    Table table({{"ACTION", "action"},
                 {"STORE", "store"},
                 {"SLOT", "slot"},
                 {"BYTES", "bytes"},
                 {"REASON", "reason"}});
    for (const PlanStep& step : steps)
        table.add({Cell::of(step.action),
                   Cell::of(step.store),
                   {std::to_string(step.slot), step.slot},
                   {std::to_string(step.bytes), step.bytes},
                   Cell::of(step.reason)});
    if (terminal.json)
        print(to_line(table.json()));
    else if (table.empty())
        print(fmt::format("{}: nothing to do: {} complies with policy '{}'\n", modem.imei,
                          scope.slot ? fmt::format("slot {}", *scope.slot) : "the modem",
                          printable(modem.policy)));
    else
        print(fmt::format("{}: {} to change for policy '{}'; nothing was changed\n\n{}", modem.imei,
                          counted(steps.size(), "slot"), printable(modem.policy), table.text(terminal)));
    return table.empty() ? ExitCode::ok : ExitCode::drift;
}

ExitCode provision(const ProvisionOptions& options, const Terminal& terminal) {
    Bus bus(terminal.access);
    const Modem modem = value_or_fail(resolve(bus.modems(), options.selector));
    if (options.dry_run)
        return dry_run(modem, bus.plan(modem.path, options.scope), options.scope, terminal);
    return follow(
        bus, modem, "provision",
        options.scope.slot ? fmt::format("slot {} provisioned", *options.scope.slot)
                           : fmt::format("provisioned by policy '{}'", modem.policy),
        [&] { return bus.provision(modem.path, options.scope); }, terminal);
}

} // namespace

void define_provision(Verb& verb) {
    verb.help(fmt::format(provision_help, highest_slot));
    const auto options = std::make_shared<ProvisionOptions>();
    verb.argument("M", options->selector, Need::optional);
    verb.slot("--slot", options->scope.slot);
    verb.flag("--dry-run", options->dry_run);
    verb.runs([options](const Terminal& terminal) { return provision(*options, terminal); });
}

} // namespace bgs2::cli
