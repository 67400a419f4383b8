// SPDX-License-Identifier: Apache-2.0
#include "cli/client/bus.h"
#include "cli/client/selector.h"
#include "cli/completion.h"
#include "cli/program.h"
#include "cli/terminal/command_error.h"
#include "daemon/base/bytes.h"

#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

namespace bgs2::cli {
namespace {

constexpr std::string_view complete_help =
    R"(Print the candidates for the next word of a command line, for shells.

Usage: bgs2ctl complete -- [WORD...]

WORDs are the words after "bgs2ctl", up to and including the word to complete,
which can be empty. Prints one line per candidate: the word, a tab, a
description. The line ":file" stands for the names of files.
)";

std::vector<Candidate> modems(Bus& bus) {
    std::vector<Candidate> candidates;
    for (const Modem& modem : bus.modems())
        candidates.push_back(
            {.word = modem.imei, .about = fmt::format("{} on {}, {}", modem.model, modem.port, modem.state)});
    if (candidates.size() > 1)
        candidates.push_back({.word = "any", .about = "the first modem"});
    return candidates;
}

std::vector<Candidate> slots(Bus& bus, const std::string& selector) {
    const Modem modem = value_or_fail(resolve(bus.modems(), selector));
    std::vector<Candidate> candidates;
    candidates.reserve(modem.slots.size());
    for (const auto& [number, slot] : modem.slots)
        candidates.push_back({.word = std::to_string(number),
                              .about = slot.subject.empty()
                                           ? slot.compliance
                                           : fmt::format("{}, {}", slot.subject, slot.compliance)});
    return candidates;
}

/// Those that bgs2d can use.
std::vector<Candidate> port_candidates(Bus& bus) {
    std::vector<Candidate> candidates;
    for (const Port& port : bus.ports()) {
        if (port.state != "ignored")
            candidates.push_back({.word = port.device, .about = fmt::format("{}, {}", port.state, port.use)});
    }
    return candidates;
}

std::vector<Candidate> job_candidates(Bus& bus) {
    std::vector<Candidate> candidates;
    for (const JobInfo& job : bus.jobs())
        candidates.push_back({.word = std::to_string(job.number),
                              .about = fmt::format("{} of {}, {}", job.operation, job.imei, job.step)});
    return candidates;
}

/// Candidates that only bgs2d knows; empty if bgs2d cannot be reached: Tab reports no errors.
std::vector<Candidate> ask_daemon(const Completion& completion) {
    try {
        Bus bus;
        if (completion.names == Names::modem)
            return modems(bus);
        if (completion.names == Names::port)
            return port_candidates(bus);
        if (completion.names == Names::slot)
            return slots(bus, completion.modem);
        if (completion.names == Names::job)
            return job_candidates(bus);
    } catch (const CommandError&) { // NOLINT(bugprone-empty-catch)
    }
    return {};
}

ExitCode print_candidates(const std::vector<std::string>& words) {
    Verb program("bgs2ctl");
    Globals globals;
    describe(program, globals);
    Completion completion = complete(program, words);
    if (completion.candidates.empty()) {
        for (Candidate& each : ask_daemon(completion)) {
            if (each.word.starts_with(completion.begun))
                completion.candidates.push_back(std::move(each));
        }
    }
    std::string lines;
    for (const Candidate& each : completion.candidates)
        lines += fmt::format("{}\t{}\n", each.word, printable(each.about));
    if (completion.names == Names::file)
        lines += ":file\n";
    print(lines);
    return ExitCode::ok;
}

} // namespace

void add_complete(Verb& program) {
    Verb& verb = program.add("complete");
    verb.help(complete_help);
    const auto words = std::make_shared<std::vector<std::string>>();
    verb.arguments("WORD", *words);
    verb.hide();
    verb.runs([words](const Terminal& /*terminal*/) { return print_candidates(*words); });
}

} // namespace bgs2::cli
