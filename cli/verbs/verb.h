// SPDX-License-Identifier: Apache-2.0
// A verb of the command line: its name, arguments, options and action. Pure; independent of the parser.
#pragma once

#include "cli/terminal/terminal.h"
#include "daemon/base/error.h"
#include "daemon/base/immovable.h"
#include "daemon/base/slot_address.h"
#include "daemon/base/words.h"

#include <functional>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace bgs2::cli {

/// Carries out a command line. Throws CommandError.
using Action = std::function<ExitCode(const Terminal&)>;

enum class Need : bool {
    optional,
    required,
};

/// An argument or an option of a verb.
struct Parameter {
    using Value = std::variant<bool*, std::string*, std::optional<std::string>*, std::vector<std::string>*,
                               unsigned*, std::optional<unsigned>*>;

    std::string names; ///< "-o,--output" of an option, "M" of an argument
    Value value;       ///< the parser writes to it
    Need need = Need::optional;
    std::vector<std::string> choices{}; ///< the valid values; empty: any
    unsigned lowest = 0;                ///< of a number
    unsigned highest = 0;
    std::string requires_option{}; ///< valid with this option only; empty: always

    [[nodiscard]] std::string name() const; ///< "--output", "M"
    [[nodiscard]] bool is_option() const { return names.starts_with('-'); }
    [[nodiscard]] bool is_flag() const { return std::holds_alternative<bool*>(value); }
    [[nodiscard]] bool is_list() const { return std::holds_alternative<std::vector<std::string>*>(value); }
};

/// One verb, or the program itself, with the verbs below it. The declared values must outlive the parsing of
/// a command line.
class Verb : Immovable {
  public:
    explicit Verb(std::string name, const Verb* parent = nullptr);

    Verb& add(std::string name); ///< a verb below this one

    void summarize(std::string_view summary) { summary_ = summary; } ///< a few words, for completion
    void help(std::string_view text) { help_ = text; }               ///< all that --help shows

    void argument(const std::string& name, std::string& value, Need need);
    void arguments(const std::string& name, std::vector<std::string>& values); ///< zero or more
    void option(const std::string& names, std::string& value);
    void required_option(const std::string& names, std::string& value);
    void option(const std::string& names, std::optional<std::string>& value);
    void flag(const std::string& name, bool& value);

    /// The number of a slot, 0 to highest_slot.
    void slot(const std::string& name, std::optional<unsigned>& value);
    void required_slot(const std::string& name, unsigned& value);

    /// The name of a certificate store that bgs2d can write (protocol.md §2). See store_of().
    void store(const std::string& name, std::string& value);

    /// A decimal number from `lowest` to `highest`.
    void number(const std::string& name, std::optional<unsigned>& value, unsigned lowest, unsigned highest);

    /// One of `words`.
    void choice(const std::string& name, std::string& value, const std::vector<std::string>& words);
    /// The same with the words of an enumeration.
    template<HasWords E>
    void choice(const std::string& name, std::string& value) {
        choice(name, value, {words_of<E>.begin(), words_of<E>.end()});
    }

    /// The option `name` is valid with the option `other` only.
    void needs(std::string_view name, std::string_view other);

    void hide() { hidden_ = true; } ///< from completion
    void runs(Action action) { action_ = std::move(action); }

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] std::string full_name() const; ///< "frame decode"; of the program: empty
    [[nodiscard]] const std::string& summary() const { return summary_; }
    [[nodiscard]] const std::string& help() const { return help_; }
    [[nodiscard]] const std::vector<Parameter>& parameters() const { return parameters_; }
    [[nodiscard]] const std::list<Verb>& verbs() const { return verbs_; } ///< those below
    [[nodiscard]] const Verb* find(std::string_view name) const;          ///< below; null: none
    [[nodiscard]] const Verb* parent() const { return parent_; }
    [[nodiscard]] bool hidden() const { return hidden_; }
    [[nodiscard]] const Action& action() const { return action_; }

  private:
    std::string name_;
    const Verb* parent_;
    std::string summary_;
    std::string help_;
    std::vector<Parameter> parameters_;
    std::list<Verb> verbs_; // their addresses stay
    bool hidden_ = false;
    Action action_;
};

/// The store of the value of Verb::store(). Throws CommandError (exit code 2) if it is not one.
Store store_of(const std::string& name);

} // namespace bgs2::cli
