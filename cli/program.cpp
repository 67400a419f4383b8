// SPDX-License-Identifier: Apache-2.0
#include "cli/program.h"

#include "cli/parser.h"
#include "cli/terminal/command_error.h"
#include "cli/terminal/pager.h"
#include "cli/verbs/verbs.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

namespace bgs2::cli {
namespace {

constexpr std::string_view help_begin = R"(bgs2ctl - manage the TLS certificates in Cinterion BGS2 modems

Usage: bgs2ctl [OPTIONS] [VERB] [ARGUMENTS]

)";

constexpr std::string_view help_end = R"(
M is an IMEI or any unambiguous suffix of it, the device node of a port, or
"any". Default: the only modem.

Options:
  --json            Print JSON: one object, an array, or in streams one object
                    per line
  --host USER@GATEWAY
                    Connect to the bgs2d of another machine over ssh
  --no-ask-password Do not ask for a password if an authorization requires one
  --no-pager        Do not show long output in a pager
  -h, --help        Show this help, or after a verb the help of the verb
  --version         Show the version

Exit codes:
  0 success                      5 busy
  1 failure                      6 no connection to bgs2d
  2 wrong usage                  7 timeout
  3 not found                    8 rejected by the modem
  4 permission denied            9 drift
)";

Action shown(std::string text) {
    return [text = std::move(text)](const Terminal& /*terminal*/) {
        print(text);
        return ExitCode::ok;
    };
}

/// Applies the options of all verbs.
Action with(const Globals& globals, bool paged, Action action) {
    return [globals, paged, action = std::move(action)](const Terminal& asked) {
        Terminal terminal = asked;
        terminal.access = {.host = globals.host.value_or(""), .ask_password = !globals.no_ask_password};
        // A terminal that cannot overwrite a line cannot run a pager either.
        if (!paged || globals.no_pager || !terminal.progress)
            return action(terminal);
        ExitCode exit = ExitCode::ok;
        through_pager([&] { exit = action(terminal); });
        return exit;
    };
}

void check(const Globals& globals) {
    if (globals.host && (globals.host->empty() || globals.host->starts_with('-')))
        throw usage_error(fmt::format("--host: '{}' is not a host", *globals.host),
                          "name it as for ssh: gateway, or user@gateway");
}

} // namespace

void describe(Verb& program, Globals& globals) {
    program.help(fmt::format("{}{}{}", help_begin, verbs_help(), help_end));
    program.flag("--json", globals.json);
    program.option("--host", globals.host);
    program.flag("--no-ask-password", globals.no_ask_password);
    program.flag("--no-pager", globals.no_pager);
    program.runs(list);
    add_verbs(program);
    add_complete(program);
}

Action parse(std::span<const char* const> arguments) {
    Verb program("bgs2ctl");
    Globals globals;
    describe(program, globals);
    const ParsedLine line = parse_line(program, arguments);
    if (line.result == ParseResult::version)
        return shown("bgs2ctl " BGS2_VERSION "\n");
    if (line.result == ParseResult::help)
        return with(globals, true, shown(line.verb->help()));
    check(globals);
    const VerbInfo* verb = find_verb(line.verb == &program ? "list" : line.verb->full_name());
    return with(globals, verb != nullptr && verb->paged, line.verb->action());
}

bool asks_for_json(std::span<const char* const> arguments) {
    const auto end = std::ranges::find(arguments, std::string_view("--"),
                                       [](const char* argument) { return std::string_view(argument); });
    return std::any_of(arguments.begin(), end,
                       [](const char* argument) { return std::string_view(argument) == "--json"; });
}

} // namespace bgs2::cli
