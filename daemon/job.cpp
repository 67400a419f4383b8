#include "daemon/job.h"

#include <fmt/format.h>

#include <utility>

namespace bgs2 {

std::string_view word(Operation operation) {
    return operation == Operation::provision ? "provision" : "refresh";
}

Job::Job(std::uint64_t number, Operation operation, std::string imei, std::optional<sbnw::SlotAddress> slot,
         Changed changed)
  : number_(number)
  , operation_(operation)
  , imei_(std::move(imei))
  , slot_(slot)
  , changed_(std::move(changed)) {}

double Job::progress() const {
    if (bytes_total_ == 0)
        return finished_ && !error_ ? 1.0 : 0.0;
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
    if (std::exchange(finished_, true))
        return;
    error_ = std::move(error);
    on_cancel_ = nullptr;
    set_step(error_ ? fmt::format("failed: {}", word(error_->code)) : "done");
}

void Job::cancel() {
    if (finished_ || std::exchange(cancelled_, true))
        return;
    if (on_cancel_)
        on_cancel_();
}

} // namespace bgs2
