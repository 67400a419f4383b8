#include "cli/failure.h"

#include "cli/text.h"
#include "daemon/bytes.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <utility>

namespace bgs2::cli {

Failure::Failure(ExitCode exit, std::string word, const std::string& what, std::string hint)
  : std::runtime_error(what)
  , exit_(exit)
  , word_(std::move(word))
  , hint_(std::move(hint)) {}

Failure::Failure(ExitCode exit, const Error& error)
  : Failure(exit, std::string(bgs2::word(error.code)), error.what, error.hint) {}

Failure::Failure(const Error& error)
  : Failure(exit_code(error.code), error) {}

std::string Failure::text() const {
    std::string text = fmt::format("bgs2ctl: {}\n", printable(what()));
    if (!hint_.empty())
        text += fmt::format("  hint: {}\n", printable(hint_));
    return text;
}

std::string Failure::json() const {
    return to_line(nlohmann::ordered_json{{"error", word_}, {"message", what()}, {"hint", hint_}});
}

Failure usage_error(const std::string& what, std::string hint) {
    return {ExitCode::usage, "Usage", what, std::move(hint)};
}

Failure content_error(const Error& error) {
    const ExitCode exit =
        error.code == ErrorCode::invalid_argument ? ExitCode::failed : exit_code(error.code);
    return {exit, error};
}

Failure no_daemon(const std::string& what, std::string hint) {
    return {ExitCode::no_daemon, "NoDaemon", what, std::move(hint)};
}

} // namespace bgs2::cli
