// SPDX-License-Identifier: Apache-2.0
// bgs2d's signals, told to people and to programs. No I/O.
#pragma once

#include "cli/client/bus.h"

#include <map>
#include <span>
#include <string>
#include <vector>

namespace bgs2::cli {

/// One thing that happened.
struct EventLine {
    std::string text; ///< one line
    Value json;       ///< an object with "event" and what belongs to it

    bool operator==(const EventLine&) const = default;
};

/// Remembers slots and jobs, so that it can tell what of them changed.
class EventFormatter {
  public:
    void know(std::span<const Modem> modems);

    /// What an event means; nothing if it is of no interest.
    std::vector<EventLine> format(const BusSignal& event);

  private:
    std::vector<EventLine> added(const BusSignal& event);
    std::vector<EventLine> removed(const BusSignal& event);
    std::vector<EventLine> changed(const BusSignal& event);
    std::vector<EventLine> modem_changed(const std::string& path, const Value& properties);
    std::vector<EventLine> job_changed(const std::string& path, const Value& properties);
    std::vector<EventLine> job_completed(const BusSignal& event);

    struct KnownJob {
        std::string what; ///< "provision of <IMEI>"; empty if its beginning was missed
        std::string step;
    };

    std::map<std::string, std::map<unsigned, Slot>> slots_; ///< by the modem's path
    std::map<std::string, KnownJob> jobs_;                  ///< by the job's path
};

/// Whether the daemon is there, as a thing that happened.
EventLine daemon_event(bool there);

} // namespace bgs2::cli
