// SPDX-License-Identifier: Apache-2.0
// The error of a command: an exit code and a message.
#pragma once

#include "daemon/base/error.h"

#include <stdexcept>
#include <string>

namespace bgs2::cli {

/// Ends the program: `word` is for programs, the message and its hint are for people.
class CommandError : public std::runtime_error {
  public:
    /// Takes the word and the exit code of the error's code.
    explicit CommandError(const Error& error);
    /// Uses another exit code than that of daemon/base/error.h.
    CommandError(ExitCode exit, const Error& error);
    CommandError(ExitCode exit, std::string word, const std::string& what, std::string hint = {});

    [[nodiscard]] ExitCode exit() const noexcept { return exit_; }
    [[nodiscard]] const std::string& word() const noexcept { return word_; }
    [[nodiscard]] const std::string& hint() const noexcept { return hint_; }

    /// `bgs2ctl: <what>` and, if there is a hint, a second line `  hint: <hint>`; as JSON one object
    /// {"error", "message", "hint"} on a line. Ends with a line end.
    [[nodiscard]] std::string text() const;
    [[nodiscard]] std::string json() const;

  private:
    ExitCode exit_;
    std::string word_;
    std::string hint_;
};

/// The command line is wrong.
CommandError usage_error(const std::string& what, std::string hint = {});

/// The content of a file is invalid. That is a failure (exit code 1), not a wrong command line, even though
/// the code of such an error often is InvalidArgument.
CommandError content_error(const Error& error);

/// bgs2d, or the bus, cannot be reached.
CommandError no_daemon(const std::string& what, std::string hint);

/// The value. Throws CommandError with the error.
template<class T>
T value_or_fail(Expected<T> result) {
    if (!result)
        throw CommandError(result.error());
    if constexpr (!std::is_void_v<T>)
        return std::move(*result);
}

/// The value. Throws content_error() of the error.
template<class T>
T content_or_fail(Expected<T> result) {
    if (!result)
        throw content_error(result.error());
    if constexpr (!std::is_void_v<T>)
        return std::move(*result);
}

} // namespace bgs2::cli
