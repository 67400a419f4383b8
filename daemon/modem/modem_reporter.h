// SPDX-License-Identifier: Apache-2.0
// What is told of one modem: in the log, to whoever reads it, and in the history, for whoever asks later.
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
    /// Keeps an entry in which modem, place and policy are filled in.
    using Keep = std::function<void(history::Entry)>;

    ModemReporter(std::string imei, std::string port_path, Log log, Keep keep);

    /// The policy that what follows is about; null if there is none.
    void under(const policy::Policy* policy);

    /// The modem comes to be in another state, or for another reason. `before` is what was shown so far.
    void shown(const StateAssessment& now, const StateAssessment& before) const;
    void changed_by_others(const SlotChange& change) const;

    void begins(const PreparedPlan& prepared_plan) const;
    /// Steps that were carried out or tried; `present` is what was read back since, empty if nothing was.
    void attempted(const std::vector<Attempt>& attempts, const sbnw::Inventory& present) const;
    void provisioned(const Job& job, std::size_t steps) const;
    /// What somebody asked for was done.
    void changed(const Job& job) const;
    void failed(const Job& job, const Error& error) const;
    void warn(const std::string& what) const;

  private:
    void keep(history::Entry entry) const;

    std::string imei_;
    std::string port_path_;
    Log log_;
    Keep keep_;
    std::string policy_name_;
    std::string policy_file_;
};

} // namespace bgs2
