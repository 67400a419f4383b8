// SPDX-License-Identifier: Apache-2.0
// The table of all verbs, from which the help, the parser, completion and the pager work. A new verb requires
// a row here and a file.
#pragma once

#include "cli/verbs/verb.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace bgs2::cli {

class Table;
enum class Colour : std::uint8_t;
struct HistoryEntry;
struct JobInfo;
struct Modem;

/// The groups of verbs in the help, in this order.
enum class VerbGroup : std::uint8_t {
    modems,
    policies,
    frames,
};

struct VerbInfo {
    std::string_view name;      ///< "frame decode"
    std::string_view arguments; ///< in the help: "F"
    std::string_view summary;   ///< in the help, an imperative
    VerbGroup group;
    bool paged;        ///< its output may be longer than a screen
    bool needs_daemon; ///< exit code 6 without bgs2d
    void (*define)(Verb& verb);
    bool alias = false; ///< another name of a verb: not in the help
};

/// In the order of the help.
std::span<const VerbInfo> all_verbs();

/// The row of "frame decode"; null: none.
const VerbInfo* find_verb(std::string_view name);

/// "policy": a word that comes before the verbs of a group.
struct VerbPrefix {
    std::string_view name;
    std::string_view summary;
    std::string_view description; ///< the beginning of its help
};

std::span<const VerbPrefix> verb_prefixes();

/// Adds all verbs to the program.
void add_verbs(Verb& program);

/// The verbs of the table with their summaries, by group: a part of `bgs2ctl --help`.
std::string verbs_help();

/// The kind of thing that a word of a command line names.
enum class Names : std::uint8_t {
    nothing, ///< nothing that can be listed: a duration, a number
    word,    ///< a fixed word: a verb, an option, a choice
    file,
    modem,
    port,
    slot,
    job,
};

/// The kind of value of an argument or option, such as "M" or "--cert". Nothing: not in the table.
std::optional<Names> names_of(std::string_view parameter);

// One per verb: sets its help, parameters and action.
void define_cancel(Verb& verb);
void define_capture(Verb& verb);
void define_doctor(Verb& verb);
void define_erase(Verb& verb);
void define_frame_decode(Verb& verb);
void define_frame_diff(Verb& verb);
void define_frame_encode(Verb& verb);
void define_frame_send(Verb& verb);
void define_history(Verb& verb);
void define_install(Verb& verb);
void define_jobs(Verb& verb);
void define_list(Verb& verb);
void define_monitor(Verb& verb);
void define_policy_check(Verb& verb);
void define_policy_explain(Verb& verb);
void define_policy_show(Verb& verb);
void define_ports(Verb& verb);
void define_provision(Verb& verb);
void define_refresh(Verb& verb);
void define_reload(Verb& verb);
void define_rescan(Verb& verb);
void define_trust(Verb& verb);
void define_show(Verb& verb);
void define_wait(Verb& verb);

/// The action of `list`, and of a command line without a verb.
ExitCode list(const Terminal& terminal);

// The tables of list, jobs and history.
Table table_of(std::span<const Modem> modems);
Table table_of(std::span<const JobInfo> jobs);
Table table_of(std::span<const HistoryEntry> events);

/// The colour of the state of a modem, or of the compliance of a slot.
Colour colour_of_state(std::string_view state);
Colour colour_of_compliance(std::string_view compliance);

} // namespace bgs2::cli
