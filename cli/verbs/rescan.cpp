// SPDX-License-Identifier: Apache-2.0
#include "cli/client/bus.h"
#include "cli/terminal/text.h"
#include "cli/verbs/verbs.h"

#include <nlohmann/json.hpp>

namespace bgs2::cli {
namespace {

constexpr std::string_view rescan_help =
    R"(Search for ports again, and retry at once those that wait for a retry.

Usage: bgs2ctl rescan [--json]

Returns at once; 'bgs2ctl ports' shows the result, 'bgs2ctl monitor' each modem
as it is found.
Requires the authorization io.bgs2d1.manage (root, group bgs2d, or polkit).

Options:
  --json            Print an empty object on success
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
