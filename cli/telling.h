// bgs2d's signals, told to people and to programs. No I/O.
#pragma once

#include "cli/bus.h"

#include <map>
#include <span>
#include <string>
#include <vector>

namespace bgs2::cli {

/// One thing that happened.
struct Told {
    std::string text; ///< one line
    Value json;       ///< an object with "event" and what belongs to it

    bool operator==(const Told&) const = default;
};

/// Remembers slots and jobs, so that it can tell what of them changed.
class Teller {
  public:
    void know(std::span<const Modem> modems);

    /// What an event means; nothing if it is of no interest.
    std::vector<Told> tell(const Event& event);

  private:
    std::vector<Told> added(const Event& event);
    std::vector<Told> removed(const Event& event);
    std::vector<Told> changed(const Event& event);
    std::vector<Told> modem_changed(const std::string& path, const Value& properties);
    std::vector<Told> job_changed(const std::string& path, const Value& properties);
    std::vector<Told> job_completed(const Event& event);

    struct KnownJob {
        std::string what; ///< "provision of <IMEI>"; empty if its beginning was missed
        std::string step;
    };

    std::map<std::string, std::map<unsigned, Slot>> slots_; ///< by the modem's path
    std::map<std::string, KnownJob> jobs_;                  ///< by the job's path
};

/// Whether the daemon is there, as a thing that happened.
Told daemon_told(bool there);

} // namespace bgs2::cli
