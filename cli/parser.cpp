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
            throw usage_error(message(error, arguments.empty() ? "" : arguments.back()), see_help(reached()));
        }
        // Usually an unset variable of a script: the default, such as the only modem, is not meant.
        if (const Parameter* empty = empty_parameter())
            throw usage_error(fmt::format("{} is empty", empty->name()), see_help(reached()));
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
    [[nodiscard]] const Verb& reached() const { return *verbs_.at(reached_app()); }

    [[nodiscard]] const CLI::App* reached_app() const {
        const CLI::App* app = &app_;
        while (!app->get_subcommands().empty())
            app = app->get_subcommands().back();
        return app;
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

    /// The first parameter of the verb and of those above it that satisfies the predicate, which also gets
    /// the library's option; null if there is none.
    template<class Predicate>
    [[nodiscard]] const Parameter* find_parameter(Predicate predicate) const {
        for (const CLI::App* app = reached_app(); app != nullptr; app = app->get_parent()) {
            for (const Parameter& parameter : verbs_.at(app)->parameters()) {
                if (predicate(parameter, *app->get_option(parameter.name())))
                    return &parameter;
            }
        }
        return nullptr;
    }

    [[nodiscard]] const Parameter* missing_parameter() const {
        return find_parameter([](const Parameter& parameter, const CLI::Option& option) {
            return parameter.need == Need::required && option.count() == 0;
        });
    }

    /// A parameter without the option that it requires.
    [[nodiscard]] const Parameter* dependent_parameter() const {
        return find_parameter([](const Parameter& /*parameter*/, const CLI::Option& option) {
            return option.count() > 0 &&
                   std::ranges::any_of(option.get_needs(),
                                       [](const CLI::Option* other) { return other->count() == 0; });
        });
    }

    [[nodiscard]] const Parameter* repeated_parameter() const {
        return find_parameter([](const Parameter& parameter, const CLI::Option& option) {
            return !parameter.is_flag() && !parameter.is_list() && option.count() > 1;
        });
    }

    [[nodiscard]] const Parameter* empty_parameter() const {
        return find_parameter([](const Parameter& parameter, const CLI::Option& option) {
            // In a list, "complete" gets the empty word at the cursor.
            return !parameter.is_flag() && !parameter.is_list() &&
                   std::ranges::any_of(option.results(), &std::string::empty);
        });
    }

    [[nodiscard]] const Parameter* flag_with_value() const {
        return find_parameter([](const Parameter& parameter, const CLI::Option& option) {
            return parameter.is_flag() && std::ranges::any_of(option.results(), [](const std::string& value) {
                       return value != "true"; // what the library stores for a flag without a value
                   });
        });
    }

    /// In words of its own, except for the text of a validator: those of the library depend on its version.
    [[nodiscard]] std::string message(const CLI::ParseError& error, std::string_view last_word) const {
        switch (static_cast<CLI::ExitCodes>(error.get_exit_code())) {
        case CLI::ExitCodes::ValidationError:
            return error.what(); // "--slot: " and the text of decimal() or one_of()
        case CLI::ExitCodes::RequiredError:
            if (const Parameter* missing = missing_parameter())
                return fmt::format("{} is required", missing->name());
            break;
        case CLI::ExitCodes::RequiresError:
            if (const Parameter* dependent = dependent_parameter())
                return fmt::format("{} requires {}", dependent->name(), dependent->requires_option);
            break;
        case CLI::ExitCodes::ArgumentMismatch:
            if (const Parameter* repeated = repeated_parameter())
                return fmt::format("{} can be given only once", repeated->name());
            return fmt::format("{} requires a value", last_word); // only the last option can lack one
        case CLI::ExitCodes::ConversionError:
            if (const Parameter* flag = flag_with_value())
                return fmt::format("{} does not take a value", flag->name());
            break;
        default:
            break;
        }
        return "invalid arguments";
    }

    CLI::App app_;
    std::map<const CLI::App*, const Verb*> verbs_;
};

} // namespace

ParsedLine parse_line(const Verb& program, std::span<const char* const> arguments) {
    return Parser(program).parse(arguments);
}

} // namespace bgs2::cli
