// SPDX-License-Identifier: Apache-2.0
// Decides whether and when to retry after a failure.
#pragma once

#include "daemon/base/backoff.h"
#include "daemon/base/error.h"
#include "daemon/modem/job_failure.h"
#include "daemon/sbnw/result.h"

#include <chrono>
#include <optional>
#include <string>

namespace bgs2 {

/// The last failure and the time of the next attempt.
struct LastFailure {
    Error error;
    std::optional<std::chrono::steady_clock::time_point> retry_at; ///< nothing: requires manual intervention

    bool operator==(const LastFailure&) const = default;
};

class Retries {
  public:
    void failed(const JobFailure& job_failure);

    /// Nothing was sent, for a reason that may pass without a notice.
    void postponed(const Error& error);

    /// After a success, or if the cause of the failure may be gone: resets the backoff.
    void reset();

    /// Replaces the hint of the last failure.
    void explain(const std::string& hint);

    [[nodiscard]] const std::optional<LastFailure>& failure() const { return failure_; }
    [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> next() const;

  private:
    std::optional<LastFailure> failure_;
    std::optional<sbnw::Result> refusal_; ///< of the last failure, if the module refused
    Backoff backoff_{std::chrono::minutes(10)};
};

} // namespace bgs2
