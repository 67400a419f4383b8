// SPDX-License-Identifier: Apache-2.0
#include "cli/parser.h"

#include "cli/terminal/command_error.h"
#include "daemon/base/nearest.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace bgs2::cli {
namespace {

/// A decimal number; the library reads one with a leading 0 as octal.
CLI::Validator decimal(unsigned lowest, unsigned highest) {
    return {[lowest, highest](std::string& text) {
                unsigned number = 0;
                const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
                if (error != std::errc() || end != text.data() + text.size() || number < lowest ||
                    number > highest)
                    return fmt::format("'{}' is not a decimal number from {} to {}", text, lowest, highest);
                text = std::to_string(number);
                return std::string();
            },
            ""};
}

CLI::Validator one_of(const std::vector<std::string>& words) {
    return {[words](const std::string& text) {
                return std::ranges::find(words, text) != words.end()
                           ? std::string()
                           : fmt::format("'{}' is not one of {}", text, fmt::join(words, ", "));
            },
            ""};
}

class Parser {
  public:
    explicit Parser(const Verb& program) { build(app_, program); }

    ParsedLine parse(std::span<const char* const> arguments) {
        try {
            // In reverse order, as the library requires.
            app_.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
        } catch (const CLI::CallForHelp&) {
            return {.verb = &reached(), .result = ParseResult::help};
        } catch (const CLI::CallForVersion&) {
            return {.verb = &reached(), .result = ParseResult::version};
        } catch (const CLI::ParseError& error) {
            // An unknown word explains most other errors.
            if (const auto words = app_.remaining(true); !words.empty())
                throw unknown(words.front(), reached());
            throw usage_error(message(error), see_help(reached()));
        }
        return {.verb = &reached()};
    }

  private:
    void build(CLI::App& app, const Verb& verb) {
        verbs_[&app] = &verb;
        app.require_subcommand(0, 1);
        if (verb.parent() == nullptr)
            app.set_version_flag("--version", std::string());
        for (const Parameter& parameter : verb.parameters())
            add(app, parameter);
        for (const Parameter& parameter : verb.parameters()) {
            if (!parameter.requires_option.empty())
                app.get_option(parameter.name())->needs(app.get_option(parameter.requires_option));
        }
        for (const Verb& below : verb.verbs()) {
            CLI::App* subcommand = app.add_subcommand(below.name());
            subcommand->fallthrough(); // options of the program may follow the verb, too
            build(*subcommand, below);
        }
    }

    static void add(CLI::App& app, const Parameter& parameter) {
        CLI::Option* option =
            std::visit([&](auto* value) { return add_value(app, parameter, *value); }, parameter.value);
        option->required(parameter.need == Need::required);
        option->type_name("");
        if (!parameter.choices.empty())
            option->check(one_of(parameter.choices));
    }

    static CLI::Option* add_value(CLI::App& app, const Parameter& parameter, bool& value) {
        return app.add_flag(parameter.names, value);
    }
    template<class T>
    static CLI::Option* add_value(CLI::App& app, const Parameter& parameter, T& value) {
        CLI::Option* option = app.add_option(parameter.names, value);
        if constexpr (std::is_same_v<T, unsigned> || std::is_same_v<T, std::optional<unsigned>>)
            option->transform(decimal(parameter.lowest, parameter.highest));
        return option;
    }

    /// The verb that the arguments name.
    const Verb& reached() const {
        const CLI::App* app = &app_;
        while (!app->get_subcommands().empty())
            app = app->get_subcommands().back();
        return *verbs_.at(app);
    }

    static std::string see_help(const Verb& verb) {
        const std::string name = verb.full_name();
        return fmt::format("see 'bgs2ctl {}{}--help'", name, name.empty() ? "" : " ");
    }

    /// `word` is unknown; the hint has the nearest of `known`.
    static CommandError unknown(const std::string& message, std::string_view word,
                                const std::vector<std::string>& known, const Verb& verb) {
        const std::vector<std::string_view> candidates(known.begin(), known.end());
        const auto meant = nearest(word, candidates);
        std::string help = see_help(verb);
        if (meant)
            help.front() = 'S';
        return usage_error(message, meant ? fmt::format("did you mean '{}'? {}", *meant, help) : help);
    }

    static CommandError unknown(const std::string& word, const Verb& verb) {
        const std::string name = verb.full_name();
        if (word.starts_with('-')) {
            const std::string option = word.substr(0, word.find('='));
            return unknown(fmt::format("unknown option '{}'{}{}", option, name.empty() ? "" : " for ",
                                       name.empty() ? "" : fmt::format("'{}'", name)),
                           option, options_of(verb), verb);
        }
        if (verb.verbs().empty())
            return unknown(fmt::format("unexpected argument '{}' for '{}'", word, name), word, {}, verb);
        std::vector<std::string> verbs;
        for (const Verb& below : verb.verbs())
            verbs.push_back(below.name());
        return unknown(fmt::format("unknown command '{}{}{}'", name, name.empty() ? "" : " ", word), word,
                       verbs, verb);
    }

    /// The options of the verb and of the verbs above it, such as "--slot".
    static std::vector<std::string> options_of(const Verb& verb) {
        std::vector<std::string> names{"--help", "--version"};
        for (const Verb* each = &verb; each != nullptr; each = each->parent()) {
            for (const Parameter& parameter : each->parameters()) {
                if (parameter.is_option())
                    names.push_back(parameter.name());
            }
        }
        return names;
    }

    /// The library's messages, with the same style as all others.
    static std::string message(const CLI::ParseError& error) {
        std::string text = error.what();
        const auto* mismatch = dynamic_cast<const CLI::ArgumentMismatch*>(&error);
        if (mismatch != nullptr && text.starts_with("--"))
            return fmt::format("{} requires a value", text.substr(0, text.find(':')));
        std::ranges::replace(text, '\n', ' ');
        text.erase(text.find_last_not_of(" .\n") + 1);
        return text;
    }

    CLI::App app_;
    std::map<const CLI::App*, const Verb*> verbs_;
};

} // namespace

ParsedLine parse_line(const Verb& program, std::span<const char* const> arguments) {
    return Parser(program).parse(arguments);
}

} // namespace bgs2::cli
