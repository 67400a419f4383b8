// SPDX-License-Identifier: Apache-2.0
// Formats the signals of bgs2d as text and JSON. No I/O.
#pragma once

#include "cli/client/bus.h"

#include <map>
#include <span>
#include <string>
#include <vector>

namespace bgs2::cli {

/// One line of output about an event.
struct EventLine {
    std::string text; ///< one line
    Value json;       ///< an object with "event" and its data; null: the object is that of the line before

    bool operator==(const EventLine&) const = default;
};

/// Remembers slots and jobs to report changes only.
class EventFormatter {
  public:
    void know(std::span<const Modem> modems);

    /// The lines for a signal; empty if it needs none.
    std::vector<EventLine> format(const BusSignal& event);

  private:
    std::vector<EventLine> added(const BusSignal& event);
    std::vector<EventLine> removed(const BusSignal& event);
    std::vector<EventLine> changed(const BusSignal& event);
    std::vector<EventLine> modem_changed(const std::string& path, const Value& properties);
    std::vector<EventLine> job_changed(const std::string& path, const Value& properties);
    std::vector<EventLine> job_completed(const BusSignal& event);

    struct KnownJob {
        std::string what; ///< "provision of <IMEI>"; empty if the start of the job was missed
        std::string step;
    };

    std::map<std::string, std::map<unsigned, Slot>> slots_; ///< by the modem's path
    std::map<std::string, KnownJob> jobs_;                  ///< by the job's path
};

/// The event that bgs2d started or stopped.
EventLine daemon_event(bool there);

} // namespace bgs2::cli
