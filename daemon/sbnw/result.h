// SPDX-License-Identifier: Apache-2.0
// Result lines of secure commands (protocol.md §2).
#pragma once

#include "daemon/base/error.h"

#include <optional>
#include <string_view>
#include <utility>

namespace bgs2::sbnw {

/// The result line of a secure command.
enum class Result {
    stored, ///< the only success
    length_error,
    too_many_data,
    certificate_corrupted,
    private_key_removed,
    service_timeout,
    refused,         ///< SECURE CMD ERROR: without a reason
    command_unknown, ///< an error that at::is_unknown(), instead of CONNECT
    temporary,       ///< any other +CME ERROR, or an incomplete answer
};

/// Whether a retry makes sense after a result.
enum class RetryAdvice {
    none,       ///< success
    retry,      ///< the line may have corrupted the frame, or the module is busy: retry
    retry_once, ///< the same, but the same result twice in a row is not caused by the line
    manual,     ///< requires manual intervention: the module will refuse the same frame again
};

/// The result in a line; nothing if the line is not a result. Accepts the spellings of all families.
std::optional<Result> parse_result(std::string_view line);

RetryAdvice retry_advice(Result result);

/// The error with the module's line, and a hint for its usual cause; not for Result::stored.
Error to_error(Result result, std::string_view line);

/// The module refused a secure command.
class Refusal : public Exception {
  public:
    Refusal(Result result, std::string_view line)
      : Refusal(result, to_error(result, line)) {}
    Refusal(Result result, Error error)
      : Exception(std::move(error))
      , result_(result) {}
    [[nodiscard]] Result result() const noexcept { return result_; }

  private:
    Result result_;
};

} // namespace bgs2::sbnw
