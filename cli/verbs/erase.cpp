// SPDX-License-Identifier: Apache-2.0
#include "cli/client/bus.h"
#include "cli/client/follow.h"
#include "cli/client/selector.h"
#include "cli/terminal/command_error.h"
#include "cli/verbs/verbs.h"

#include <fmt/format.h>

#include <memory>
#include <string>

namespace bgs2::cli {
namespace {

constexpr std::string_view erase_help =
    R"(Erase a slot that no policy governs, its private key included, and read it
back.

Usage: bgs2ctl erase [M] --slot N [--store NAME] [--json]

M is an IMEI or any unambiguous suffix of it, the device node of a port, or
"any". Default: the only modem. Does not ask for confirmation.
Requires the authorization io.bgs2d1.erase-certificate (root, group bgs2d, or
polkit).

Waits for the result. Ctrl-C ends the waiting only; bgs2d continues the job.

Examples:
  bgs2ctl erase 43809 --slot 3

Options:
  --slot N          The slot, a decimal number from 0 to {}
  --store NAME      is_cert, management_cert or preconfig_cert. Default: is_cert
  --json            Print one object with the result
)";

struct EraseOptions {
    std::string selector;
    unsigned slot = 0;
    std::string store = "is_cert";
};

ExitCode erase(const EraseOptions& options, const Terminal& terminal) {
    Bus bus(terminal.access);
    const Modem modem = value_or_fail(resolve(bus.modems(), options.selector));
    const SlotAddress address{.store = store_of(options.store), .slot = options.slot};
    const auto begin = [&] { return bus.erase(modem.path, address); };
    return follow(bus, modem, "erase", to_string(address) + " erased", begin, terminal);
}

} // namespace

void define_erase(Verb& verb) {
    verb.help(fmt::format(erase_help, highest_slot));
    const auto options = std::make_shared<EraseOptions>();
    verb.argument("M", options->selector, Need::optional);
    verb.required_slot("--slot", options->slot);
    verb.store("--store", options->store);
    verb.runs([options](const Terminal& terminal) { return erase(*options, terminal); });
}

} // namespace bgs2::cli
