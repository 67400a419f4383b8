// SPDX-License-Identifier: Apache-2.0
#include "daemon/sbnw/result.h"

#include "daemon/at/answer.h"
#include "daemon/base/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace bgs2::sbnw {
namespace {

struct LineRow {
    std::string_view line; ///< the beginning of the line
    Result result;
};

/// The first matching row applies, so longer lines precede their prefixes.
constexpr std::array line_rows{
    LineRow{"SECURE CMD END OK", Result::stored},
    LineRow{"SECURE CMD LENGTH ERROR", Result::length_error},
    LineRow{"SECURE CMD TOO MANY DATA ERROR", Result::too_many_data},
    LineRow{"SECURE CMD TO MANY DATA ERROR", Result::too_many_data},
    LineRow{"SECURE CMD PUBLIC CERTIFICATE IS CORRUPTED", Result::certificate_corrupted},
    LineRow{"SECURE CMD PRIVATE KEY WAS REMOVED", Result::private_key_removed},
    LineRow{"SECURE CMD SERVICE TIMEOUT ERROR", Result::service_timeout},
    LineRow{"SECURE CMD ERROR", Result::refused},
};

struct ResultRow {
    Result value;
    RetryAdvice advice;
    ErrorCode code;
    std::string_view hint;
};

constexpr EnumTable result_rows{
    ResultRow{Result::stored, RetryAdvice::none, ErrorCode::failed, ""},
    ResultRow{Result::length_error, RetryAdvice::retry, ErrorCode::modem_rejected,
              "check the flow control and the wiring: a length arrived wrong"},
    ResultRow{Result::too_many_data, RetryAdvice::retry, ErrorCode::modem_rejected,
              "check whether another program writes to the port: bytes followed the frame"},
    ResultRow{Result::certificate_corrupted, RetryAdvice::retry_once, ErrorCode::modem_rejected,
              "use an RSA certificate of up to 2048 bits with SHA-1 or SHA-256, as DER"},
    ResultRow{Result::private_key_removed, RetryAdvice::manual, ErrorCode::modem_rejected,
              "try key-format = \"traditional\"; only slot 0 takes a key, as unencrypted DER"},
    ResultRow{Result::service_timeout, RetryAdvice::retry, ErrorCode::modem_timeout,
              "check the flow control and the wiring: bytes were lost"},
    ResultRow{Result::refused, RetryAdvice::retry_once, ErrorCode::modem_rejected,
              "sign the command with the management key if the module is in secure mode; otherwise check the "
              "certificate, the key and the slot"},
    ResultRow{Result::command_unknown, RetryAdvice::manual, ErrorCode::not_supported,
              "query the stores with AT^SBNW=?: this firmware does not know the certificate store"},
    ResultRow{Result::temporary, RetryAdvice::retry, ErrorCode::modem_rejected,
              "wait until the modem is ready; bgs2d tries again"},
};

} // namespace

std::optional<Result> parse_result(std::string_view line) {
    if (at::is_unknown(line))
        return Result::command_unknown;
    if (line.starts_with("+CME ERROR"))
        return Result::temporary;
    const auto* found =
        std::ranges::find_if(line_rows, [&](const LineRow& r) { return line.starts_with(r.line); });
    return found == line_rows.end() ? std::nullopt : std::optional(found->result);
}

RetryAdvice retry_advice(Result result) {
    return result_rows.at(result).advice;
}

Error to_error(Result result, std::string_view line) {
    const ResultRow& r = result_rows.at(result);
    return Error{r.code, fmt::format("the modem answered '{}'", line), std::string(r.hint)};
}

} // namespace bgs2::sbnw
