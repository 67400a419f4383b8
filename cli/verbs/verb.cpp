// SPDX-License-Identifier: Apache-2.0
#include "cli/verbs/verb.h"

#include "daemon/base/slot_address.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <charconv>
#include <string>
#include <system_error>
#include <utility>

namespace bgs2::cli {
namespace {

/// For a whole number in decimal digits: CLI11 takes one that begins with 0 for octal.
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
            "NUMBER"};
}

} // namespace

Verb::Verb(CLI::App& app, Action& chosen)
  : app_(app)
  , chosen_(chosen) {}

Verb Verb::add(const std::string& name, std::string_view verb_help) {
    CLI::App* verb = app_.add_subcommand(name, std::string(verb_help));
    verb->fallthrough(); // global options may follow the verb, too
    verb->require_subcommand(0, 1);
    return {*verb, chosen_};
}

void Verb::argument(const std::string& name, std::string& value, Need need) {
    app_.add_option(name, value)->required(need == Need::required);
}

void Verb::arguments(const std::string& name, std::vector<std::string>& values) {
    app_.add_option(name, values);
}

void Verb::option(const std::string& names, std::string& value) {
    app_.add_option(names, value);
}

void Verb::required_option(const std::string& names, std::string& value) {
    app_.add_option(names, value)->required();
}

void Verb::option(const std::string& names, std::optional<std::string>& value) {
    app_.add_option(names, value);
}

void Verb::flag(const std::string& name, bool& value) {
    app_.add_flag(name, value);
}

void Verb::slot(const std::string& name, std::optional<unsigned>& value) {
    app_.add_option(name, value)->transform(decimal(0, highest_slot));
}

void Verb::required_slot(const std::string& name, unsigned& value) {
    app_.add_option(name, value)->required()->transform(decimal(0, highest_slot));
}

void Verb::store(const std::string& name, std::string& value) {
    choice<Store>(name, value);
}

void Verb::number(const std::string& name, std::optional<unsigned>& value, unsigned lowest,
                  unsigned highest) {
    app_.add_option(name, value)->transform(decimal(lowest, highest));
}

void Verb::choice(const std::string& name, std::string& value, const std::vector<std::string>& words) {
    app_.add_option(name, value)->check(CLI::IsMember(words));
}

void Verb::needs(const std::string& name, const std::string& other) {
    app_.get_option(name)->needs(app_.get_option(other));
}

void Verb::hide() {
    app_.group("");
}

void Verb::runs(Action action) {
    app_.callback([this_app = &app_, &chosen = chosen_, action = std::move(action)] {
        // The innermost verb is parsed last, but calls back first.
        if (this_app->get_subcommands().empty())
            chosen = action;
    });
}

std::string full_name(const CLI::App& verb) {
    const CLI::App* parent = verb.get_parent();
    if (parent == nullptr)
        return {};
    const std::string above = full_name(*parent);
    return above.empty() ? verb.get_name() : above + " " + verb.get_name();
}

} // namespace bgs2::cli
