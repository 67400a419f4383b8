// SPDX-License-Identifier: Apache-2.0
#include "daemon/modem/job_registry.h"

#include <system_error>
#include <utility>

namespace bgs2 {

JobRegistry::JobRegistry(asio::any_io_executor executor, Host& host, std::chrono::milliseconds retention)
  : executor_(std::move(executor))
  , host_(host)
  , retention_(retention) {}

std::shared_ptr<Job> JobRegistry::add(Task task, std::string imei) {
    const auto number = ++last_number_;
    auto job = std::make_shared<Job>(number, std::move(task), std::move(imei),
                                     [this](const Job& job_changed) { changed(job_changed); });
    jobs_.emplace(number, Entry{.job = job, .timer = asio::steady_timer(executor_)});
    host_.job_added(job);
    return job;
}

void JobRegistry::stop() {
    stopped_ = true;
    for (auto& [number, entry] : jobs_)
        entry.timer.cancel();
}

void JobRegistry::changed(const Job& job) {
    host_.job_changed(job);
    if (!job.finished() || stopped_)
        return;
    const auto entry = jobs_.find(job.number());
    entry->second.timer.expires_after(retention_);
    entry->second.timer.async_wait([this, number = job.number()](const std::error_code& cancelled) {
        if (cancelled)
            return;
        const auto expired = jobs_.extract(number);
        host_.job_removed(*expired.mapped().job);
    });
}

} // namespace bgs2
