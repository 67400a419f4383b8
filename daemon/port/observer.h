// SPDX-License-Identifier: Apache-2.0
// Observes the changes of modems and jobs.
#pragma once

#include "daemon/base/immovable.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace bgs2 {

class Job;
class Modem;

class Observer : Immovable {
  public:
    virtual ~Observer() = default;

    virtual void modem_added(const std::shared_ptr<Modem>& modem) = 0;
    virtual void modem_changed(const Modem& modem) = 0;
    virtual void modem_removed(const Modem& modem) = 0;
    /// bgs2d needs the port that another program has; `deadline`: when it will take it, nothing: never.
    virtual void port_wanted(const std::string& device, const std::string& reason,
                             std::optional<std::chrono::sys_seconds> deadline) = 0;
    /// bgs2d has released the port: another program may open it.
    virtual void port_released(const std::string& device) = 0;
    virtual void job_added(const std::shared_ptr<Job>& job) = 0;
    virtual void job_changed(const Job& job) = 0; ///< called for its end as well
    virtual void job_removed(const Job& job) = 0;
};

} // namespace bgs2
