// SPDX-License-Identifier: Apache-2.0
// A verb of the command line: what it is called, what it takes, what it does.
#pragma once

#include "cli/terminal/terminal.h"
#include "daemon/base/error.h"
#include "daemon/base/words.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace CLI { // NOLINT(readability-identifier-naming): the library calls it so
class App;
}

namespace bgs2::cli {

/// What a command line asks for, ready to run. Throws Failure.
using Action = std::function<ExitCode(const Terminal&)>;

enum class Need : bool {
    optional,
    required,
};

/// Describes one verb (or the program itself) to the parser of command lines, which is known here and in
/// program.cpp only. What is given a variable writes to it while a command line is parsed.
class Verb {
  public:
    /// `chosen` becomes the action of the verb that the command line names.
    Verb(CLI::App& app, Action& chosen);

    /// A verb below this one. `help` is the whole of what --help shows.
    Verb add(const std::string& name, std::string_view help);

    void argument(const std::string& name, std::string& value, Need need);
    void arguments(const std::string& name, std::vector<std::string>& values); ///< any number, none included
    void option(const std::string& names, std::string& value);
    void required_option(const std::string& names, std::string& value);
    void option(const std::string& names, std::optional<std::string>& value);
    void flag(const std::string& name, bool& value);

    /// The number of a slot, 0 to 30 (protocol.md §3).
    void slot(const std::string& name, std::optional<unsigned>& value);
    void required_slot(const std::string& name, unsigned& value);

    /// The name of a certificate store that bgs2d writes (protocol.md §2).
    void store(const std::string& name, std::string& value);

    /// A whole number in these bounds, which belong to it.
    void number(const std::string& name, std::optional<unsigned>& value, unsigned lowest, unsigned highest);

    /// One of `words`.
    void choice(const std::string& name, std::string& value, const std::vector<std::string>& words);
    /// The same with the words of an enumeration.
    template<HasWords E>
    void choice(const std::string& name, std::string& value) {
        choice(name, value, {words_of<E>.begin(), words_of<E>.end()});
    }

    /// The option `name` makes sense with the option `other` only.
    void needs(const std::string& name, const std::string& other);

    /// Keeps it out of what is completed.
    void hide();

    void runs(Action action);

  private:
    CLI::App& app_;
    Action& chosen_;
};

/// "frame decode": the verb with those it belongs to.
std::string full_name(const CLI::App& verb);

} // namespace bgs2::cli
