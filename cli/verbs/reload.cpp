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

constexpr std::string_view reload_help = R"(Read configuration and policies again, and apply them.

Usage: bgs2ctl [policy] reload [--json]

If bgs2d.toml or a policy is invalid, each error is printed as
"file:line:column: what", and the active configuration, or all active policies,
stay active.
Requires the authorization io.bgs2d1.manage (root, group bgs2d, or polkit).

Options:
  --json            Print an object with the array "errors", which is empty on
                    success

Exit codes:
  0                 Success
  1                 A file is invalid
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
              fmt::format("{} in the configuration or the policies; the active ones stay active",
                          counted(errors.size(), "error")),
              "fix the files, check policies with 'bgs2ctl policy check', then reload again"});
}

} // namespace

void define_reload(Verb& verb) {
    verb.help(reload_help);
    verb.runs(reload);
}

} // namespace bgs2::cli
