// SPDX-License-Identifier: Apache-2.0
// What a module says to a secure command (protocol.md §2), as values.
#pragma once

#include "daemon/base/error.h"

#include <optional>
#include <string_view>

namespace bgs2::sbnw {

/// The line that ends a secure command.
enum class Result {
    stored, ///< the only success
    length_error,
    too_many_data,
    certificate_corrupted,
    private_key_removed,
    service_timeout,
    refused,         ///< SECURE CMD ERROR: without a reason
    command_unknown, ///< ERROR or +CME ERROR instead of CONNECT
};

/// What to do about a result.
enum class RetryAdvice {
    none,       ///< it is a success
    retry,      ///< the line may have disturbed the frame: try again
    retry_once, ///< the same; but if it is the result twice in a row, it is not the line
    person,     ///< the same frame will be refused again
};

/// The result a line stands for; nothing if the line is not one. Accepts the spellings of all families.
std::optional<Result> parse_result(std::string_view line);

RetryAdvice retry_advice(Result result);

/// The failure in words, with the module's line and its usual cause as hint; not for Result::stored.
Error to_error(Result result, std::string_view line);

/// The module refused a secure command.
class Refusal : public Exception {
  public:
    Refusal(Result result, std::string_view line)
      : Exception(to_error(result, line))
      , result_(result) {}
    [[nodiscard]] Result result() const noexcept { return result_; }

  private:
    Result result_;
};

} // namespace bgs2::sbnw
