// SPDX-License-Identifier: Apache-2.0
#include "daemon/modem/job.h"

#include <fmt/format.h>

#include <utility>

namespace bgs2 {

Job::Job(std::uint64_t number, Task task, std::string imei, Changed changed)
  : number_(number)
  , task_(std::move(task))
  , imei_(std::move(imei))
  , changed_(std::move(changed)) {}

double Job::progress() const {
    if (bytes_total_ == 0)
        return finished() && !error_ ? 1.0 : 0.0;
    return static_cast<double>(bytes_sent_) / static_cast<double>(bytes_total_);
}

void Job::set_step(std::string step) {
    step_ = std::move(step);
    changed_(*this);
}

void Job::set_bytes(std::uint64_t sent, std::uint64_t total) {
    bytes_sent_ = sent;
    bytes_total_ = total;
    changed_(*this);
}

void Job::finish(std::optional<Error> error) {
    if (finished())
        return;
    end_time_ = std::chrono::system_clock::now();
    error_ = std::move(error);
    on_cancel_ = nullptr;
    set_step(error_ ? fmt::format("failed: {}", word(error_->code)) : "done");
}

void Job::cancel() {
    if (finished() || std::exchange(cancelled_, true))
        return;
    if (on_cancel_)
        on_cancel_();
}

} // namespace bgs2
