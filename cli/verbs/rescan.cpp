// SPDX-License-Identifier: Apache-2.0
#include "cli/client/bus.h"
#include "cli/terminal/text.h"
#include "cli/verbs/verbs.h"

#include <nlohmann/json.hpp>

namespace bgs2::cli {
namespace {

constexpr std::string_view rescan_help =
    R"(Look for ports anew, and try those at once that wait for another try.

Usage: bgs2ctl rescan [--json]

Needs the right to manage: root, a member of the group bgs2d, or whom polkit
lets. Returns at once; 'bgs2ctl ports' shows what is found, 'bgs2ctl monitor' as
it is found.

Options:
  --json            an empty object, if it was done
)";

ExitCode rescan(const Terminal& terminal) {
    Bus bus(terminal.access);
    bus.rescan();
    if (terminal.json)
        print(to_line(nlohmann::ordered_json::object()));
    return ExitCode::ok;
}

} // namespace

void define_rescan(Verb& verb) {
    verb.help(rescan_help);
    verb.runs(rescan);
}

} // namespace bgs2::cli
