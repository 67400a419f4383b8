// SPDX-License-Identifier: Apache-2.0
// What the daemon tells the person who reads its log, without knowing where that is.
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

/// A name and value that a line is found by later: {"BGS2_IMEI", "356938035643809"}.
using LogFields = std::vector<std::pair<std::string, std::string>>;

/// Takes the lines that are worth it. Copies add fields of their own and write to the same place.
class Log {
  public:
    using Sink = std::function<void(LogLevel, std::string_view message, const LogFields&)>;

    Log(Sink sink, LogLevel threshold)
      : sink_(std::move(sink))
      , threshold_(threshold) {}

    /// A log whose lines carry these fields as well.
    [[nodiscard]] Log with(LogFields fields) const;

    /// At the event's level, with its MESSAGE_ID=; the fields that its row names are to be given by with().
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
