// SPDX-License-Identifier: Apache-2.0
#include "cli/completion.h"

#include <algorithm>
#include <sstream>
#include <string_view>

namespace bgs2::cli {
namespace {

/// An option of the verb or of a verb above it. Null: none.
const Parameter* find_option(const Verb& verb, std::string_view word) {
    for (const Verb* each = &verb; each != nullptr; each = each->parent()) {
        for (const Parameter& parameter : each->parameters()) {
            const bool is_short = word.size() == 2 && parameter.names.starts_with(std::string(word) + ",");
            if (parameter.is_option() && (is_short || parameter.name() == word))
                return &parameter;
        }
    }
    return nullptr;
}

/// The argument at this position; the last one can be a list. Null: none.
const Parameter* find_argument(const Verb& verb, std::size_t place) {
    const Parameter* last = nullptr;
    for (const Parameter& parameter : verb.parameters()) {
        if (parameter.is_option())
            continue;
        if (place == 0)
            return &parameter;
        --place;
        last = &parameter;
    }
    return last != nullptr && last->is_list() ? last : nullptr;
}

Names named_by(const Parameter& parameter) {
    return names_of(parameter.name()).value_or(Names::nothing);
}

/// The verb, option or argument that the words before the last one lead to.
struct Reached {
    const Verb* verb;
    const Parameter* option = nullptr; ///< its value comes next
    std::size_t place = 0;             ///< of the next argument
    std::string modem;
};

Reached follow(const Verb& program, std::span<const std::string> words) {
    Reached reached{.verb = &program, .option = nullptr, .place = 0, .modem = {}};
    for (const std::string& word : words) {
        if (reached.option != nullptr) {
            reached.option = nullptr;
        } else if (word.size() > 1 && word.starts_with('-')) {
            const Parameter* option = find_option(*reached.verb, word);
            reached.option = option != nullptr && !option->is_flag() ? option : nullptr;
        } else if (const Verb* verb = reached.verb->find(word)) {
            reached.verb = verb;
        } else {
            const Parameter* argument = find_argument(*reached.verb, reached.place);
            ++reached.place;
            if (argument != nullptr && named_by(*argument) == Names::modem)
                reached.modem = word;
        }
    }
    return reached;
}

void add_option(const std::string& name, const Verb& verb, std::vector<Candidate>& all) {
    all.push_back({.word = name, .about = about_option(verb.help(), name)});
}

void add_options(const Verb& verb, std::vector<Candidate>& all) {
    for (const Verb* each = &verb; each != nullptr; each = each->parent()) {
        for (const Parameter& parameter : each->parameters()) {
            if (parameter.is_option())
                add_option(parameter.name(), *each, all);
        }
        if (each->parent() == nullptr) {
            add_option("--help", *each, all);
            add_option("--version", *each, all);
        }
    }
}

} // namespace

std::string about_option(const std::string& help, const std::string& option) {
    std::istringstream lines(help);
    for (std::string line; std::getline(lines, line);) {
        const auto start = line.find(option);
        if (!line.starts_with("  -") || start == std::string::npos)
            continue;
        auto text = line.find("  ", start);
        if (text == std::string::npos) { // a long name has it on the next line
            std::getline(lines, line);
            text = 0;
        }
        text = line.find_first_not_of(' ', text);
        return text == std::string::npos ? std::string() : line.substr(text, line.find(". ", text) - text);
    }
    return {};
}

Completion complete(const Verb& program, std::span<const std::string> words) {
    Completion completion;
    if (words.empty())
        return completion;
    const Reached reached = follow(program, words.first(words.size() - 1));
    completion.begun = words.back();
    completion.modem = reached.modem;
    const Parameter* next =
        reached.option != nullptr ? reached.option : find_argument(*reached.verb, reached.place);
    if (reached.option == nullptr && completion.begun.starts_with('-')) {
        add_options(*reached.verb, completion.candidates);
    } else {
        if (reached.option == nullptr && reached.place == 0) {
            for (const Verb& verb : reached.verb->verbs()) {
                if (!verb.hidden())
                    completion.candidates.push_back({.word = verb.name(), .about = verb.summary()});
            }
        }
        if (next != nullptr) {
            completion.names = named_by(*next);
            for (const std::string& word : next->choices)
                completion.candidates.push_back({.word = word, .about = ""});
        }
    }
    std::erase_if(completion.candidates,
                  [&](const Candidate& each) { return !each.word.starts_with(completion.begun); });
    return completion;
}

} // namespace bgs2::cli
