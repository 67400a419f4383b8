// SPDX-License-Identifier: Apache-2.0
// Whether and when what failed with a modem is tried again.
#pragma once

#include "daemon/base/backoff.h"
#include "daemon/base/error.h"
#include "daemon/modem/job_failure.h"
#include "daemon/sbnw/result.h"

#include <chrono>
#include <optional>
#include <string>

namespace bgs2 {

/// Why the last try failed, and what follows.
struct LastFailure {
    Error error;
    std::optional<std::chrono::steady_clock::time_point> retry_at; ///< nothing: a person must act

    bool operator==(const LastFailure&) const = default;
};

class Retries {
  public:
    void failed(const JobFailure& job_failure);

    /// It went well, or what stood in the way may be gone: the next failure is the first one.
    void reset();

    /// A better hint for the last failure.
    void explain(const std::string& hint);

    [[nodiscard]] const std::optional<LastFailure>& failure() const { return failure_; }
    [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> next() const;

  private:
    std::optional<LastFailure> failure_;
    std::optional<sbnw::Result> refusal_; ///< of the last failure, if it was one
    Backoff backoff_{std::chrono::minutes(10)};
};

} // namespace bgs2
