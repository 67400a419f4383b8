// SPDX-License-Identifier: Apache-2.0
// The daemon's log, independent of its destination.
#pragma once

#include "daemon/base/event.h"
#include "daemon/base/log_level.h"

#include <fmt/format.h>

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bgs2 {

/// Names and values for searching lines: {"BGS2_IMEI", "356938035643809"}.
using LogFields = std::vector<std::pair<std::string, std::string>>;

/// Passes on lines at or above a threshold. Copies add their own fields and write to the same destination.
class Log {
  public:
    using Sink = std::function<void(LogLevel, std::string_view message, const LogFields&)>;

    Log(Sink sink, LogLevel threshold)
      : sink_(std::move(sink))
      , threshold_(threshold) {}

    /// A log whose lines have these additional fields.
    [[nodiscard]] Log with(LogFields fields) const;

    /// Logs at the event's level, with its MESSAGE_ID=; the caller adds the fields that its row names with
    /// with().
    template<class... Args>
    void event(Event what, fmt::format_string<Args...> text, Args&&... args) const {
        const EventRow& event = table_of<Event>.at(what);
        with({{"MESSAGE_ID", std::string(event.message_id)}})
            .write(event.level, text, std::forward<Args>(args)...);
    }

    template<class... Args>
    void error(fmt::format_string<Args...> text, Args&&... args) const {
        write(LogLevel::error, text, std::forward<Args>(args)...);
    }
    template<class... Args>
    void warning(fmt::format_string<Args...> text, Args&&... args) const {
        write(LogLevel::warning, text, std::forward<Args>(args)...);
    }
    template<class... Args>
    void notice(fmt::format_string<Args...> text, Args&&... args) const {
        write(LogLevel::notice, text, std::forward<Args>(args)...);
    }
    template<class... Args>
    void info(fmt::format_string<Args...> text, Args&&... args) const {
        write(LogLevel::info, text, std::forward<Args>(args)...);
    }
    template<class... Args>
    void debug(fmt::format_string<Args...> text, Args&&... args) const {
        write(LogLevel::debug, text, std::forward<Args>(args)...);
    }

  private:
    template<class... Args>
    void write(LogLevel level, fmt::format_string<Args...> text, Args&&... args) const {
        if (level <= threshold_)
            sink_(level, fmt::format(text, std::forward<Args>(args)...), fields_);
    }

    Sink sink_;
    LogLevel threshold_;
    LogFields fields_;
};

} // namespace bgs2
