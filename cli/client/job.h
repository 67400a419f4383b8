// SPDX-License-Identifier: Apache-2.0
// A job of bgs2d, from its signals. Pure.
#pragma once

#include "cli/client/bus.h"
#include "cli/client/progress.h"

#include <optional>
#include <string>

namespace bgs2::cli {

/// The result of a job that has ended.
struct JobResult {
    bool success = false;
    std::string error;   ///< the word of an error; empty on success
    std::string message; ///< the result, for people
    std::string hint;    ///< the action to take; may be empty

    bool operator==(const JobResult&) const = default;
};

class Job {
  public:
    explicit Job(std::string path);

    /// Updates the job; false if the signal is not about this job.
    bool apply(const BusSignal& event);

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] const std::optional<JobResult>& result() const { return result_; }

    [[nodiscard]] const Progress& progress() const { return progress_; }

  private:
    std::string path_;
    Progress progress_;
    std::optional<JobResult> result_;
};

/// The JobResult of a JobCompleted signal.
JobResult result_of(const BusSignal& event);

/// For programs. `path` is that of the job, `imei` that of its modem.
Value to_json(const JobResult& result, const std::string& path, const std::string& imei,
              const std::string& operation);

} // namespace bgs2::cli
