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

std::string Job::step() const {
    std::string step(table_of<StepCode>.at(step_code_).phrase);
    if (error_)
        step += fmt::format(": {}", word(error_->code));
    else if (step_slot_)
        step += " " + to_string(*step_slot_);
    else if (!holder_.empty())
        step += " for the port: " + holder_;
    return step;
}

void Job::set_step(StepCode code, std::optional<SlotAddress> slot) {
    step_code_ = code;
    step_slot_ = slot;
    holder_.clear();
    changed_(*this);
}

void Job::wait_for_port(const std::string& holder) {
    if (holder == holder_)
        return;
    holder_ = holder;
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
    set_step(error_ ? StepCode::failed : StepCode::done);
}

void Job::cancel() {
    if (finished() || std::exchange(cancelled_, true))
        return;
    if (on_cancel_)
        on_cancel_();
}

} // namespace bgs2
