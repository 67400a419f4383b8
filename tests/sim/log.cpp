// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/log.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <cerrno>
#include <chrono>
#include <system_error>

namespace bgs2::sim {

Log::Log(const std::filesystem::path& file)
  : stream_(std::in_place, file, std::ios::app) {
    if (!*stream_)
        throw std::system_error(errno, std::generic_category(),
                                fmt::format("cannot write the log {}", file.string()));
}

void Log::write(std::string_view subject, std::string_view details) {
    if (!stream_)
        return;
    const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    const auto seconds = std::chrono::floor<std::chrono::seconds>(now);
    *stream_ << fmt::format("{:%FT%T}.{:03}Z {}{}{}\n",
                            fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)),
                            (now - seconds).count(), subject, details.empty() ? "" : " ", details)
             << std::flush;
    if (!*stream_)
        throw std::runtime_error("cannot write to the log; check the free space of the disk");
}

} // namespace bgs2::sim
