// SPDX-License-Identifier: Apache-2.0
#include "cli/client/bus.h"
#include "cli/client/follow.h"
#include "cli/client/selector.h"
#include "cli/terminal/command_error.h"
#include "cli/terminal/text.h"
#include "cli/verbs/verbs.h"

#include <memory>
#include <string>

namespace bgs2::cli {
namespace {

constexpr std::string_view erase_help =
    R"(Empty a slot that no policy governs, and read it back. Asks nothing.

Usage: bgs2ctl erase [M] --slot N [--store NAME] [--json]

M is an IMEI or the last digits of one, the device node of a port, or "any".
It may be left out where there is one modem only. Needs the right to erase
certificates: root, a member of the group bgs2d, or whom polkit lets.

Waits for the end. Ctrl-C ends the waiting only; bgs2d goes on with the job.

Examples:
  bgs2ctl erase 43809 --slot 3

Options:
  --slot N          the slot, 0 to 30
  --store NAME      is_cert (default), management_cert or preconfig_cert
  --json            one object with the result
)";

struct EraseOptions {
    std::string selector;
    unsigned slot = 0;
    std::string store = "is_cert";
};

ExitCode erase(const EraseOptions& options, const Terminal& terminal) {
    Bus bus(terminal.access);
    const Modem modem = value_or_fail(resolve(bus.modems(), options.selector));
    const auto begin = [&] { return bus.erase(modem.path, {options.slot, options.store}); };
    return follow(bus, modem, "erase", slot_name(options.slot, options.store) + " erased", begin, terminal);
}

} // namespace

void define_erase(Verb& verb) {
    verb.help(erase_help);
    const auto options = std::make_shared<EraseOptions>();
    verb.argument("M", options->selector, Need::optional);
    verb.required_slot("--slot", options->slot);
    verb.store("--store", options->store);
    verb.runs([options](const Terminal& terminal) { return erase(*options, terminal); });
}

} // namespace bgs2::cli
