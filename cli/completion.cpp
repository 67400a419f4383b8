// SPDX-License-Identifier: Apache-2.0
#include "cli/completion.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <sstream>
#include <string_view>
#include <utility>

namespace bgs2::cli {
namespace {

constexpr std::array<std::pair<std::string_view, Names>, 20> named{{
    {"M", Names::modem},
    {"--modem", Names::modem},
    {"J", Names::job},
    {"--slot", Names::slot},
    {"F", Names::file},
    {"A", Names::file},
    {"B", Names::file},
    {"FILE", Names::file},
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
}};

/// "--output" of an option, "M" of an argument.
std::string name_of(const CLI::Option& option) {
    const auto& names = option.get_lnames();
    return names.empty() ? option.get_name(true) : "--" + names.front();
}

bool takes_value(const CLI::Option& option) {
    return option.get_items_expected_max() > 0;
}

/// The words of a choice: CLI11 has them as "TEXT:{der,pem-chain}".
std::vector<Candidate> words_of(const CLI::Option& option) {
    const std::string type = option.get_type_name();
    const auto open = type.find('{');
    const auto close = type.find('}');
    std::vector<Candidate> words;
    if (open == std::string::npos || close == std::string::npos)
        return words;
    std::istringstream list(type.substr(open + 1, close - open - 1));
    for (std::string word; std::getline(list, word, ',');)
        words.push_back({.word = word, .about = ""});
    return words;
}

const CLI::Option* find_option(const CLI::App& verb, const std::string& name) {
    for (const CLI::App* app = &verb; app != nullptr; app = app->get_parent()) {
        if (const CLI::Option* option = app->get_option_no_throw(name))
            return option;
    }
    return nullptr;
}

/// The argument that stands at this place; the last one may stand for many. Null if there is none.
const CLI::Option* find_argument(const CLI::App& verb, std::size_t place) {
    const CLI::Option* last = nullptr;
    for (const CLI::Option* option : verb.get_options()) {
        if (!option->get_positional())
            continue;
        if (place == 0)
            return option;
        --place;
        last = option;
    }
    return last != nullptr && last->get_items_expected_max() > 1 ? last : nullptr;
}

const CLI::App* find_verb(const CLI::App& app, std::string_view name) {
    for (const CLI::App* verb : app.get_subcommands({})) {
        if (verb->get_name() == name)
            return verb;
    }
    return nullptr;
}

/// How far the words before the last one get.
struct Reached {
    const CLI::App* verb;
    const CLI::Option* option = nullptr; ///< whose value comes next
    std::size_t place = 0;               ///< of the next argument
    std::string modem;
};

Reached follow(const CLI::App& program, std::span<const std::string> words) {
    Reached reached{.verb = &program, .option = nullptr, .place = 0, .modem = {}};
    for (const std::string& word : words) {
        if (reached.option != nullptr) {
            reached.option = nullptr;
        } else if (word.size() > 1 && word.starts_with('-')) {
            const CLI::Option* option = find_option(*reached.verb, word);
            reached.option = option != nullptr && takes_value(*option) ? option : nullptr;
        } else if (const CLI::App* verb = find_verb(*reached.verb, word)) {
            reached.verb = verb;
        } else {
            const CLI::Option* argument = find_argument(*reached.verb, reached.place++);
            if (argument != nullptr && names_of(name_of(*argument)) == Names::modem)
                reached.modem = word;
        }
    }
    return reached;
}

/// "List all modems" of a verb's help.
std::string about_verb(const CLI::App& verb) {
    std::string help = verb.get_description();
    help.resize(std::min(help.find_first_of(".:"), help.size()));
    std::ranges::replace(help, '\n', ' ');
    return help;
}

void add_options(const CLI::App& verb, std::vector<Candidate>& all) {
    for (const CLI::App* app = &verb; app != nullptr; app = app->get_parent()) {
        for (const CLI::Option* option : app->get_options()) {
            const bool known = std::ranges::find(all, name_of(*option), &Candidate::word) != all.end();
            if (!option->get_positional() && !known)
                all.push_back({.word = name_of(*option),
                               .about = about_option(app->get_description(), name_of(*option))});
        }
    }
}

} // namespace

Names names_of(const std::string& argument) {
    const auto* found = std::ranges::find(named, argument, &std::pair<std::string_view, Names>::first);
    return found == named.end() ? Names::nothing : found->second;
}

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
        return text == std::string::npos ? std::string() : line.substr(text);
    }
    return {};
}

Completion complete(const CLI::App& program, std::span<const std::string> words) {
    Completion completion;
    if (words.empty())
        return completion;
    const Reached reached = follow(program, words.first(words.size() - 1));
    completion.begun = words.back();
    completion.modem = reached.modem;
    const CLI::Option* named_next =
        reached.option != nullptr ? reached.option : find_argument(*reached.verb, reached.place);
    if (reached.option == nullptr && completion.begun.starts_with('-')) {
        add_options(*reached.verb, completion.candidates);
    } else {
        if (reached.option == nullptr && reached.place == 0) {
            for (const CLI::App* verb : reached.verb->get_subcommands({})) {
                if (!verb->get_group().empty()) // the hidden one
                    completion.candidates.push_back({.word = verb->get_name(), .about = about_verb(*verb)});
            }
        }
        if (named_next != nullptr) {
            completion.names = names_of(name_of(*named_next));
            std::ranges::copy(words_of(*named_next), std::back_inserter(completion.candidates));
        }
    }
    std::erase_if(completion.candidates,
                  [&](const Candidate& each) { return !each.word.starts_with(completion.begun); });
    return completion;
}

} // namespace bgs2::cli
