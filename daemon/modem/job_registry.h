// SPDX-License-Identifier: Apache-2.0
// The jobs of all modems: numbers them, and keeps a finished job for a while so that clients can read its
// result.
#pragma once

#include "daemon/base/immovable.h"
#include "daemon/modem/job.h"

#include <asio/any_io_executor.hpp>
#include <asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace bgs2 {

/// The time that a finished job is kept.
inline constexpr std::chrono::minutes job_retention{1};

class JobRegistry : Immovable {
  public:
    /// The owner of the registry.
    class Host : Immovable {
      public:
        virtual ~Host() = default;

        virtual void job_added(const std::shared_ptr<Job>& job) = 0;
        /// The job's progress changed, or the job finished.
        virtual void job_changed(const Job& job) = 0;
        virtual void job_removed(const Job& job) = 0;
    };

    /// `host` outlives the registry.
    JobRegistry(asio::any_io_executor executor, Host& host,
                std::chrono::milliseconds retention = job_retention);

    /// Creates a job with the next number, the first is 1, and reports it to the host. The registry removes
    /// it when `retention` has passed since it finished.
    std::shared_ptr<Job> add(Task task, std::string imei);

    /// Cancels the timers. The registry removes no job after this call.
    void stop();

  private:
    struct Entry {
        std::shared_ptr<Job> job;
        asio::steady_timer timer; ///< started when the job finishes
    };

    void changed(const Job& job);

    asio::any_io_executor executor_;
    Host& host_;
    std::chrono::milliseconds retention_;
    std::map<std::uint64_t, Entry> jobs_; ///< by number
    std::uint64_t last_number_ = 0;
    bool stopped_ = false;
};

} // namespace bgs2
