// SPDX-License-Identifier: Apache-2.0
#include "cli/client/job.h"

#include "daemon/base/error.h"

#include <utility>

namespace bgs2::cli {

Job::Job(std::string path)
  : path_(std::move(path)) {}

JobResult result_of(const BusSignal& event) {
    const Error lines = from_lines(ErrorCode::failed, event.arguments.at(3).get<std::string>());
    return {.success = event.arguments.at(1).get<bool>(),
            .error = event.arguments.at(2).get<std::string>(),
            .message = lines.what,
            .hint = lines.hint};
}

Value to_json(const JobResult& result, const std::string& path, const std::string& imei,
              const std::string& operation) {
    return {{"job", path},
            {"imei", imei},
            {"operation", operation},
            {"success", result.success},
            {"error", result.error},
            {"message", result.message},
            {"hint", result.hint}};
}

bool Job::apply(const BusSignal& event) {
    if (event.member == "JobCompleted" && event.arguments.at(0) == path_) {
        result_ = result_of(event);
        return true;
    }
    if (event.member != "PropertiesChanged" || event.path != path_)
        return false;
    const Value& changed = event.arguments.at(1);
    progress_.step = changed.value("Step", progress_.step);
    if (const auto code = changed.find("StepCode"); code != changed.end())
        progress_.step_code = from_word<StepCode>(code->get<std::string>());
    progress_.fraction = changed.value("Progress", progress_.fraction);
    progress_.sent = changed.value("BytesSent", progress_.sent);
    progress_.total = changed.value("BytesTotal", progress_.total);
    return true;
}

} // namespace bgs2::cli
