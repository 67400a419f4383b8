// SPDX-License-Identifier: Apache-2.0
#include "cli/verbs/verbs.h"

#include "cli/terminal/command_error.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace bgs2::cli {
namespace {

// Names for the columns of the rows below.
constexpr bool is_paged = true;
constexpr bool needs_bgs2d = true;

// name, arguments, summary, group, paged, needs the daemon, definition
constexpr std::array verb_rows{
    VerbInfo{"list", "", "List all modems (the default)", VerbGroup::modems, is_paged, needs_bgs2d,
             define_list},
    VerbInfo{"show", "[M]", "Show a modem with its slots", VerbGroup::modems, is_paged, needs_bgs2d,
             define_show},
    VerbInfo{"provision", "[M]", "Apply the policy to a modem; --dry-run: show the steps", VerbGroup::modems,
             !is_paged, needs_bgs2d, define_provision},
    VerbInfo{"refresh", "[M]", "Read the slots of a modem again", VerbGroup::modems, !is_paged, needs_bgs2d,
             define_refresh},
    VerbInfo{"trust", "[M]", "Let a modem get private keys on its present port", VerbGroup::modems, !is_paged,
             needs_bgs2d, define_trust},
    VerbInfo{"install", "[M]", "Write a certificate into a slot that no policy governs", VerbGroup::modems,
             !is_paged, needs_bgs2d, define_install},
    VerbInfo{"erase", "[M]", "Erase a slot that no policy governs", VerbGroup::modems, !is_paged, needs_bgs2d,
             define_erase},
    VerbInfo{"wait", "[M]", "Wait until modems are in a state, or a port is released", VerbGroup::modems,
             !is_paged, needs_bgs2d, define_wait},
    VerbInfo{"jobs", "", "List the jobs of bgs2d", VerbGroup::modems, is_paged, needs_bgs2d, define_jobs},
    VerbInfo{"cancel", "J", "Cancel a job at the next safe point", VerbGroup::modems, !is_paged, needs_bgs2d,
             define_cancel},
    VerbInfo{"monitor", "", "Show events as they happen, until Ctrl-C", VerbGroup::modems, !is_paged,
             needs_bgs2d, define_monitor},
    VerbInfo{"history", "", "Show past events, across restarts of bgs2d", VerbGroup::modems, is_paged,
             needs_bgs2d, define_history},
    VerbInfo{"ports", "", "List the serial ports, and why each is or is not a modem", VerbGroup::modems,
             is_paged, needs_bgs2d, define_ports},
    VerbInfo{"rescan", "", "Search for ports again", VerbGroup::modems, !is_paged, needs_bgs2d,
             define_rescan},
    VerbInfo{"doctor", "", "Diagnose why modems are not provisioned", VerbGroup::modems, !is_paged,
             !needs_bgs2d, define_doctor},
    VerbInfo{"reload", "", "Read configuration and policies again", VerbGroup::policies, !is_paged,
             needs_bgs2d, define_reload, true},
    VerbInfo{"policy show", "[NAME]", "Show the active policies in their order", VerbGroup::policies,
             is_paged, needs_bgs2d, define_policy_show},
    VerbInfo{"policy explain", "[M]", "Explain why a modem has its policy", VerbGroup::policies, is_paged,
             needs_bgs2d, define_policy_explain},
    VerbInfo{"policy check", "[F...]", "Check policy files for errors; offline", VerbGroup::policies,
             !is_paged, !needs_bgs2d, define_policy_check},
    VerbInfo{"policy reload", "", "Read configuration and policies again; also: reload", VerbGroup::policies,
             !is_paged, needs_bgs2d, define_reload},
    VerbInfo{"frame encode", "", "Make the secure command for a certificate", VerbGroup::frames, !is_paged,
             !needs_bgs2d, define_frame_encode},
    VerbInfo{"frame decode", "F", "Show a secure command, every field named", VerbGroup::frames, is_paged,
             !needs_bgs2d, define_frame_decode},
    VerbInfo{"frame diff", "A B", "Compare two secure commands, name the likely mistake", VerbGroup::frames,
             !is_paged, !needs_bgs2d, define_frame_diff},
    VerbInfo{"frame send", "[M] F", "Send a secure command to a modem, unchanged", VerbGroup::frames,
             !is_paged, needs_bgs2d, define_frame_send},
    VerbInfo{"capture", "", "Emulate a modem for another program, capture its frame", VerbGroup::frames,
             !is_paged, !needs_bgs2d, define_capture},
};

constexpr std::array group_titles{
    std::pair{VerbGroup::modems, "Modems, through bgs2d"},
    std::pair{VerbGroup::policies, "Policies"},
    std::pair{VerbGroup::frames, "Frames, offline except send"},
};

constexpr std::array prefix_rows{
    VerbPrefix{"policy", "Show, explain, check and reload policies",
               "Show, explain, check and reload policies, which define the certificates of\nmodems.\n"},
    VerbPrefix{"frame", "Make, decode, compare and send secure commands",
               "Make, decode, compare and send secure commands: the frames that write a\n"
               "certificate into a modem or delete it. The verbs except send are offline: they\n"
               "require neither a modem nor bgs2d.\n"},
};

/// Every argument and option of any verb that takes a value.
constexpr std::array<std::pair<std::string_view, Names>, 28> parameter_rows{{
    {"M", Names::modem},
    {"--modem", Names::modem},
    {"--port", Names::port},
    {"J", Names::job},
    {"--slot", Names::slot},
    {"F", Names::file},
    {"A", Names::file},
    {"B", Names::file},
    {"--cert", Names::file},
    {"--key", Names::file},
    {"--passphrase-file", Names::file},
    {"--sign-key", Names::file},
    {"--sign-passphrase-file", Names::file},
    {"--verify-key", Names::file},
    {"--output", Names::file},
    {"--pty", Names::file},
    {"--format", Names::word},
    {"--key-format", Names::word},
    {"--digest", Names::word},
    {"--store", Names::word},
    {"NAME", Names::nothing},
    {"WORD", Names::nothing},
    {"--host", Names::nothing},
    {"--imei", Names::nothing},
    {"--limit", Names::nothing},
    {"--since", Names::nothing},
    {"--state", Names::nothing},
    {"--timeout", Names::nothing},
}};

/// "decode" of "frame decode" for the prefix "frame"; empty if the verb has another one or none.
std::string_view behind_prefix(const VerbInfo& verb, std::string_view prefix) {
    const bool has_it = verb.name.starts_with(prefix) && verb.name.substr(prefix.size()).starts_with(' ');
    return has_it ? verb.name.substr(prefix.size() + 1) : std::string_view();
}

std::string help_line(std::string_view name, const VerbInfo& verb) {
    const std::string usage = fmt::format("{} {}", name, verb.arguments);
    return fmt::format("  {:<20}{}\n", usage, verb.summary);
}

std::string prefix_help(const VerbPrefix& prefix) {
    std::string lines;
    for (const VerbInfo& verb : verb_rows) {
        if (const auto name = behind_prefix(verb, prefix.name); !name.empty())
            lines += help_line(name, verb);
    }
    return fmt::format("{0}\nUsage: bgs2ctl {1} VERB [ARGUMENTS]\n\nVerbs:\n{2}\n"
                       "See 'bgs2ctl {1} VERB --help'.\n",
                       prefix.description, prefix.name, lines);
}

void add_prefix(Verb& program, const VerbPrefix& prefix) {
    Verb& group = program.add(std::string(prefix.name));
    group.summarize(prefix.summary);
    group.help(prefix_help(prefix));
    std::vector<std::string_view> names;
    for (const VerbInfo& row : verb_rows) {
        const auto name = behind_prefix(row, prefix.name);
        if (name.empty())
            continue;
        Verb& verb = group.add(std::string(name));
        verb.summarize(row.summary);
        row.define(verb);
        names.push_back(name);
    }
    group.runs([message = fmt::format("'{}' requires a verb: {}", prefix.name, fmt::join(names, ", ")),
                hint = fmt::format("see 'bgs2ctl {} --help'", prefix.name)](
                   const Terminal& /*terminal*/) -> ExitCode { throw usage_error(message, hint); });
}

} // namespace

std::span<const VerbInfo> all_verbs() {
    return verb_rows;
}

const VerbInfo* find_verb(std::string_view name) {
    const auto* found = std::ranges::find(verb_rows, name, &VerbInfo::name);
    return found == verb_rows.end() ? nullptr : found;
}

std::span<const VerbPrefix> verb_prefixes() {
    return prefix_rows;
}

void add_verbs(Verb& program) {
    for (const VerbInfo& row : verb_rows) {
        if (row.name.contains(' '))
            continue;
        Verb& verb = program.add(std::string(row.name));
        verb.summarize(row.summary);
        row.define(verb);
    }
    for (const VerbPrefix& prefix : prefix_rows)
        add_prefix(program, prefix);
}

std::string verbs_help() {
    std::string help;
    for (const auto& [group, title] : group_titles) {
        help += fmt::format("{}{}:\n", help.empty() ? "" : "\n", title);
        for (const VerbInfo& verb : verb_rows) {
            if (verb.group == group && !verb.alias)
                help += help_line(verb.name, verb);
        }
    }
    return help;
}

std::optional<Names> names_of(std::string_view parameter) {
    const auto* found =
        std::ranges::find(parameter_rows, parameter, &std::pair<std::string_view, Names>::first);
    return found == parameter_rows.end() ? std::nullopt : std::optional(found->second);
}

} // namespace bgs2::cli
