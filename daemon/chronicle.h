// What is told of one modem: in the log, to whoever reads it, and in the history, for whoever asks later.
#pragma once

#include "daemon/error.h"
#include "daemon/history/entry.h"
#include "daemon/job.h"
#include "daemon/log.h"
#include "daemon/policy/model.h"
#include "daemon/preparation.h"
#include "daemon/provision.h"
#include "daemon/readout.h"
#include "daemon/verdict.h"

#include <functional>
#include <string>
#include <vector>

namespace bgs2 {

class Chronicle {
  public:
    /// Keeps an entry in which modem, place and policy are filled in.
    using Keep = std::function<void(history::Entry)>;

    Chronicle(std::string imei, std::string port_path, Log log, Keep keep);

    /// The policy that what follows is about; null if there is none.
    void under(const policy::Policy* policy);

    /// The modem comes to be in another state, or for another reason. `before` is what was shown so far.
    void shown(const Verdict& now, const Verdict& before) const;
    void changed_by_others(const SlotChange& change) const;

    void begins(const Preparation& preparation) const;
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
