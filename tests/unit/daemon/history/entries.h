// SPDX-License-Identifier: Apache-2.0
// Entries to fill a history with.
#pragma once

#include "daemon/base/log.h"
#include "daemon/history/entry.h"

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace bgs2::history {

/// 2026-11-20T12:00:00Z.
inline constexpr Time noon{std::chrono::milliseconds(1'795'176'000'000)};

inline Entry entry(Time when, std::string message = "because") {
    return {.when = when,
            .boot_id = "2f0ad6a0-8d4e-4b0b-9f0e-0f6a4a1b2c3d",
            .imei = "356938035643809",
            .state = "compliant",
            .message = std::move(message)};
}

inline std::vector<std::string> messages(const std::vector<Entry>& entries) {
    std::vector<std::string> list;
    for (const Entry& each : entries)
        list.push_back(each.message);
    return list;
}

/// What was logged, each with the number of its level: "4: ...".
class Lines {
  public:
    [[nodiscard]] Log log() const {
        return {[lines = lines_](LogLevel level, std::string_view message, const LogFields& /*fields*/) {
                    lines->push_back(std::to_string(static_cast<int>(level)).append(": ").append(message));
                },
                LogLevel::debug};
    }
    [[nodiscard]] const std::vector<std::string>& all() const { return *lines_; }

  private:
    std::shared_ptr<std::vector<std::string>> lines_ = std::make_shared<std::vector<std::string>>();
};

} // namespace bgs2::history
