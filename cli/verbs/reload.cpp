// SPDX-License-Identifier: Apache-2.0
#include "cli/client/bus.h"
#include "cli/terminal/command_error.h"
#include "cli/terminal/text.h"
#include "cli/verbs/verbs.h"
#include "daemon/base/bytes.h"
#include "daemon/base/counted.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace bgs2::cli {
namespace {

constexpr std::string_view reload_help = R"(Read configuration and policies anew and apply them.

Usage: bgs2ctl [policy] reload [--json]

Needs the right to manage: root, a member of the group bgs2d, or whom polkit
lets. If something is wrong with the policies, each mistake is shown as
"file:line:column: what", the exit code is 1 and the last good set stays in
force.

Options:
  --json            an object with the array "errors", empty if all is well
)";

ExitCode reload(const Terminal& terminal) {
    Bus bus(terminal.access);
    const std::vector<std::string> errors = bus.reload();
    if (terminal.json)
        print(to_line({{"errors", errors}}));
    if (errors.empty())
        return ExitCode::ok;
    std::string lines;
    for (const std::string& error : errors)
        lines += printable(error) + "\n";
    if (!terminal.json)
        print_error(lines);
    throw CommandError(
        Error{ErrorCode::policy_invalid,
              fmt::format("{} in the policies; the last good set stays in force",
                          counted(errors.size(), "mistake")),
              "correct the files ('bgs2ctl policy check' tells whether they are), then reload again"});
}

} // namespace

void define_reload(Verb& verb) {
    verb.help(reload_help);
    verb.runs(reload);
}

} // namespace bgs2::cli
