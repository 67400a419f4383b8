// SPDX-License-Identifier: Apache-2.0
#include "cli/terminal/command_error.h"

#include "cli/terminal/text.h"
#include "daemon/base/bytes.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <utility>

namespace bgs2::cli {

CommandError::CommandError(ExitCode exit, std::string word, const std::string& what, std::string hint)
  : std::runtime_error(what)
  , exit_(exit)
  , word_(std::move(word))
  , hint_(std::move(hint)) {}

CommandError::CommandError(ExitCode exit, const Error& error)
  : CommandError(exit, std::string(bgs2::word(error.code)), error.what, error.hint) {}

CommandError::CommandError(const Error& error)
  : CommandError(exit_code(error.code), error) {}

std::string CommandError::text() const {
    std::string text = fmt::format("bgs2ctl: {}\n", printable(what()));
    if (!hint_.empty())
        text += fmt::format("  hint: {}\n", printable(hint_));
    return text;
}

std::string CommandError::json() const {
    return to_line(nlohmann::ordered_json{{"error", word_}, {"message", what()}, {"hint", hint_}});
}

CommandError usage_error(const std::string& what, std::string hint) {
    return {ExitCode::usage, "Usage", what, std::move(hint)};
}

CommandError content_error(const Error& error) {
    const ExitCode exit =
        error.code == ErrorCode::invalid_argument ? ExitCode::failed : exit_code(error.code);
    return {exit, error};
}

CommandError no_daemon(const std::string& what, std::string hint) {
    return {ExitCode::no_daemon, "NoDaemon", what, std::move(hint)};
}

} // namespace bgs2::cli
