// SPDX-License-Identifier: Apache-2.0
// Reports the changes of one modem to the log and to the history.
#pragma once

#include "daemon/base/error.h"
#include "daemon/base/log.h"
#include "daemon/history/entry.h"
#include "daemon/modem/job.h"
#include "daemon/modem/prepared_plan.h"
#include "daemon/modem/provision.h"
#include "daemon/modem/slot_cache.h"
#include "daemon/modem/state_assessment.h"
#include "daemon/policy/model.h"

#include <functional>
#include <string>
#include <vector>

namespace bgs2 {

class ModemReporter {
  public:
    /// Adds an entry to the history. IMEI, port path and policy are filled in.
    using Append = std::function<void(history::Entry)>;

    ModemReporter(std::string imei, std::string port_path, Log log, Append append);

    /// Sets the policy that the following reports name; null: none.
    void set_policy(const policy::Policy* policy);

    /// Reports the change from `before` to `now`, if state or reason differ.
    void state_changed(const StateAssessment& now, const StateAssessment& before) const;
    /// Reports what one reading found: one line of the log for each slot, one entry of the history.
    void slots_drifted(const std::vector<SlotChange>& changes) const;

    void job_started(const PreparedPlan& prepared_plan) const;
    /// Reports the executed steps. `present` are the slots as read back since, empty if they were not read.
    void steps_executed(const std::vector<Attempt>& attempts, const sbnw::Inventory& present) const;
    void provisioned(const Job& job, std::size_t steps) const;
    /// Reports that a requested operation was done.
    void changed(const Job& job) const;
    void failed(const Job& job, const Error& error) const;
    void warn(const std::string& what) const;

  private:
    void append(history::Entry entry) const;

    std::string imei_;
    std::string port_path_;
    Log log_;
    Append append_;
    std::string policy_name_;
    std::string policy_file_;
};

} // namespace bgs2
