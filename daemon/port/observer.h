// SPDX-License-Identifier: Apache-2.0
// Observes the changes of modems and jobs.
#pragma once

#include "daemon/base/immovable.h"

#include <memory>

namespace bgs2 {

class Job;
class Modem;

class Observer : Immovable {
  public:
    virtual ~Observer() = default;

    virtual void modem_added(const std::shared_ptr<Modem>& modem) = 0;
    virtual void modem_changed(const Modem& modem) = 0;
    virtual void modem_removed(const Modem& modem) = 0;
    virtual void job_added(const std::shared_ptr<Job>& job) = 0;
    virtual void job_changed(const Job& job) = 0; ///< called for its end as well
    virtual void job_removed(const Job& job) = 0;
};

} // namespace bgs2
