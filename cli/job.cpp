#include "cli/job.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace bgs2::cli {

Job::Job(std::string path)
  : path_(std::move(path)) {}

JobResult result_of(const Event& event) {
    return {.success = event.arguments.at(1).get<bool>(),
            .error = event.arguments.at(2).get<std::string>(),
            .message = event.arguments.at(3).get<std::string>()};
}

bool Job::apply(const Event& event) {
    if (event.member == "JobCompleted" && event.arguments.at(0) == path_) {
        result_ = result_of(event);
        return true;
    }
    if (event.member != "PropertiesChanged" || event.path != path_)
        return false;
    const Value& changed = event.arguments.at(1);
    step_ = changed.value("Step", step_);
    progress_ = changed.value("Progress", progress_);
    sent_ = changed.value("BytesSent", sent_);
    total_ = changed.value("BytesTotal", total_);
    return true;
}

std::string Job::progress() const {
    if (total_ == 0)
        return step_;
    return fmt::format("{}, {} of {} octets, {}%", step_, sent_, total_,
                       static_cast<int>(std::clamp(progress_, 0.0, 1.0) * 100));
}

} // namespace bgs2::cli
