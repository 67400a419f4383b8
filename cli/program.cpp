// SPDX-License-Identifier: Apache-2.0
#include "cli/program.h"

#include "cli/complete.h"
#include "cli/terminal/command_error.h"
#include "cli/terminal/pager.h"
#include "cli/verbs/cancel.h"
#include "cli/verbs/capture.h"
#include "cli/verbs/doctor.h"
#include "cli/verbs/erase.h"
#include "cli/verbs/frame.h"
#include "cli/verbs/history.h"
#include "cli/verbs/install.h"
#include "cli/verbs/jobs.h"
#include "cli/verbs/list.h"
#include "cli/verbs/monitor.h"
#include "cli/verbs/policy.h"
#include "cli/verbs/ports.h"
#include "cli/verbs/provision.h"
#include "cli/verbs/refresh.h"
#include "cli/verbs/reload.h"
#include "cli/verbs/rescan.h"
#include "cli/verbs/show.h"
#include "cli/verbs/wait.h"
#include "daemon/base/nearest.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace bgs2::cli {
namespace {

constexpr std::string_view help = R"(bgs2ctl - look after the TLS certificates in Cinterion BGS2 modems

Usage: bgs2ctl [OPTIONS] [VERB] [ARGUMENTS]

Modems, by way of bgs2d:
  list              all modems: where they sit and how they are (no verb: this)
  show [M]          one modem with its slots
  provision [M]     make a modem what its policy says; --dry-run: show the steps
  refresh [M]       read a modem's slots anew
  install [M]       write a certificate into a slot that no policy governs
  erase [M]         empty such a slot
  wait [M]          wait until modems are in a state
  jobs              what bgs2d is doing
  cancel J          end a job at the next safe place
  monitor           show what happens, until Ctrl-C
  history           show what happened, earlier runs of bgs2d included
  ports             every serial port, and why it is or is not a modem
  rescan            look for modems anew
  doctor            find what keeps modems from being provisioned

Policies:
  policy show       those in force, in the order in which they are asked
  policy explain    why a modem has the policy that it has
  policy check [F]  find the mistakes in policy files; offline
  policy reload     read configuration and policies anew; also just: reload

Frames, offline but for send:
  frame encode      make the secure command for a certificate
  frame decode F    show a secure command, every field named
  frame diff A B    what differs between two, and which mistake made it so
  frame send [M] F  send a secure command to a modem, unchanged
  capture           play a modem for another program, and catch its frame

M is an IMEI or the last digits of one, the device node of a port, or "any".
It may be left out where there is one modem only.

Options:
  --json            for programs: one object, array or, in streams, line
  --host USER@GATEWAY
                    ask the bgs2d of another machine, over ssh
  --no-ask-password do not ask for the password that a right may be had for
  --no-pager        do not show long output a screen at a time
  -h, --help        this, or behind a verb all about the verb
  --version         the version

Exit codes: 0 ok, 1 failed, 2 wrong usage, 3 not found, 4 denied, 5 busy,
6 bgs2d is not reached, 7 time-out, 8 refused by the modem, 9 drift.
)";

/// The verbs, by their full names, whose output may be longer than a screen.
constexpr std::array<std::string_view, 8> paged_verbs{
    "list", "show", "history", "ports", "jobs", "policy show", "policy explain", "frame decode"};

Action shown(std::string text) {
    return [text = std::move(text)](const Terminal& /*terminal*/) {
        print(text);
        return ExitCode::ok;
    };
}

/// What holds for every verb.
Action with(const Globals& globals, bool paged, Action action) {
    return [globals, paged, action = std::move(action)](const Terminal& asked) {
        Terminal terminal = asked;
        terminal.access = {.host = globals.host, .ask_password = !globals.no_ask_password};
        // Where nothing can be written over, nothing can be paged either.
        if (!paged || globals.no_pager || !terminal.progress)
            return action(terminal);
        ExitCode exit = ExitCode::ok;
        through_pager([&] { exit = action(terminal); });
        return exit;
    };
}

/// The verb that the command line got to.
const CLI::App& reached(const CLI::App& app) {
    const auto verbs = app.get_subcommands();
    return verbs.empty() ? app : reached(*verbs.back());
}

std::string see_help(const CLI::App& verb) {
    const std::string name = full_name(verb);
    return fmt::format("see 'bgs2ctl {}{}--help'", name, name.empty() ? "" : " ");
}

std::vector<std::string> verbs_of(const CLI::App& app) {
    std::vector<std::string> names;
    for (const CLI::App* verb : app.get_subcommands({}))
        names.push_back(verb->get_name());
    return names;
}

/// Those of the verb and of what it belongs to, "--slot".
std::vector<std::string> options_of(const CLI::App& verb) {
    std::vector<std::string> names;
    for (const CLI::App* app = &verb; app != nullptr; app = app->get_parent()) {
        for (const CLI::Option* option : app->get_options()) {
            for (const std::string& name : option->get_lnames())
                names.push_back("--" + name);
        }
    }
    return names;
}

/// `what` is wrong with `word`, for which one of `known` may have been meant.
CommandError no_such(const std::string& what, std::string_view word, const std::vector<std::string>& known,
                     const CLI::App& verb) {
    const std::vector<std::string_view> candidates(known.begin(), known.end());
    const auto meant = nearest(word, candidates);
    return usage_error(what, meant ? fmt::format("did you mean '{}'? Else {}", *meant, see_help(verb))
                                   : see_help(verb));
}

CommandError unknown(const std::string& word, const CLI::App& verb) {
    const std::string name = full_name(verb);
    if (word.starts_with('-')) {
        const std::string option = word.substr(0, word.find('='));
        return no_such(name.empty() ? fmt::format("there is no option '{}'", option)
                                    : fmt::format("'{}' takes no option '{}'", name, option),
                       option, options_of(verb), verb);
    }
    const std::vector<std::string> verbs = verbs_of(verb);
    if (verbs.empty())
        return no_such(fmt::format("'{}' takes no argument '{}'", name, word), word, {}, verb);
    return no_such(fmt::format("there is no verb '{}{}{}'", name, name.empty() ? "" : " ", word), word, verbs,
                   verb);
}

/// For options that name something.
std::string not_empty(const std::string& value) {
    return value.empty() || value.starts_with('-') ? "it names nothing" : "";
}

/// CLI11's own sentences end in various ways.
std::string sentence(std::string text) {
    std::ranges::replace(text, '\n', ' ');
    text.erase(text.find_last_not_of(" .\n") + 1);
    return text;
}

void add_verbs(Verb program) {
    add_complete(program);
    add_list(program);
    add_show(program);
    add_provision(program);
    add_refresh(program);
    add_install(program);
    add_erase(program);
    add_wait(program);
    add_jobs(program);
    add_cancel(program);
    add_monitor(program);
    add_history(program);
    add_ports(program);
    add_rescan(program);
    add_doctor(program);
    add_reload(program);
    add_policy(program);
    add_frame(program);
    add_capture(program);
}

} // namespace

void describe(CLI::App& program, Globals& globals, Action& chosen) {
    program.name("bgs2ctl");
    program.description(std::string(help));
    program.formatter_fn([](const CLI::App* app, const std::string& /*name*/, CLI::AppFormatMode /*mode*/) {
        return app->get_description(); // written by hand, see the verbs
    });
    program.set_version_flag("--version", "bgs2ctl " BGS2_VERSION);
    program.add_flag("--json");
    program.add_option("--host", globals.host)->check(not_empty);
    program.add_flag("--no-ask-password", globals.no_ask_password);
    program.add_flag("--no-pager", globals.no_pager);
    program.require_subcommand(0, 1);
    add_verbs(Verb(program, chosen));
}

Action parse(std::span<const char* const> arguments) {
    CLI::App program;
    Globals globals;
    Action chosen = list;
    describe(program, globals, chosen);
    try {
        // CLI11 takes them from the back.
        program.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
    } catch (const CLI::CallForHelp&) {
        return with(globals, true, shown(program.help()));
    } catch (const CLI::CallForVersion& version) {
        return shown(std::string(version.what()) + "\n");
    } catch (const CLI::ParseError& error) {
        const CLI::App& verb = reached(program);
        // What it does not know explains most of what it misses.
        if (const auto words = program.remaining(true); !words.empty())
            throw unknown(words.front(), verb);
        throw usage_error(sentence(error.what()), see_help(verb));
    }
    const std::string verb = full_name(reached(program));
    const bool paged = verb.empty() || std::ranges::find(paged_verbs, verb) != paged_verbs.end();
    return with(globals, paged, chosen);
}

bool asks_for_json(std::span<const char* const> arguments) {
    const auto end = std::ranges::find(arguments, std::string_view("--"),
                                       [](const char* argument) { return std::string_view(argument); });
    return std::any_of(arguments.begin(), end,
                       [](const char* argument) { return std::string_view(argument) == "--json"; });
}

} // namespace bgs2::cli
