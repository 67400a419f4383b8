// SPDX-License-Identifier: Apache-2.0
#include "daemon/modem/retries.h"

#include <algorithm>
#include <array>

namespace bgs2 {
namespace {

/// An error of the line or a temporary one of the modem is worth a retry; all others require manual
/// intervention.
/// A module that confirms nothing may do better the next time, but not for ever.
bool may_pass(const Error& error, const std::optional<LastFailure>& last) {
    constexpr std::array passing{ErrorCode::modem_timeout, ErrorCode::too_much_data, ErrorCode::verify_failed,
                                 ErrorCode::device_gone,   ErrorCode::busy,          ErrorCode::failed};
    if (error.code == ErrorCode::modem_rejected)
        return !last || last->error.code != error.code;
    return std::ranges::find(passing, error.code) != passing.end();
}

bool may_pass(sbnw::Result result, std::optional<sbnw::Result> last) {
    switch (sbnw::retry_advice(result)) {
    case sbnw::RetryAdvice::retry:
        return true;
    case sbnw::RetryAdvice::retry_once:
        return result != last;
    default:
        return false;
    }
}

} // namespace

void Retries::failed(const JobFailure& job_failure) {
    const bool retry = job_failure.refusal ? may_pass(*job_failure.refusal, refusal_)
                                           : may_pass(job_failure.error, failure_);
    refusal_ = job_failure.refusal;
    failure_ = LastFailure{.error = job_failure.error, .retry_at = std::nullopt};
    if (retry)
        failure_->retry_at = std::chrono::steady_clock::now() + backoff_.next();
}

void Retries::postponed(const Error& error) {
    refusal_.reset();
    failure_ = LastFailure{.error = error, .retry_at = std::chrono::steady_clock::now() + backoff_.next()};
}

void Retries::reset() {
    failure_.reset();
    refusal_.reset();
    backoff_.reset();
}

void Retries::explain(const std::string& hint) {
    if (failure_)
        failure_->error.hint = hint;
}

std::optional<std::chrono::steady_clock::time_point> Retries::next() const {
    return failure_ ? failure_->retry_at : std::nullopt;
}

} // namespace bgs2
