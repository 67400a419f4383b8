// SPDX-License-Identifier: Apache-2.0
// One modem, for as long as it is there.
#pragma once

#include "daemon/at/channel.h"
#include "daemon/at/identify.h"
#include "daemon/base/error.h"
#include "daemon/base/immovable.h"
#include "daemon/base/log.h"
#include "daemon/base/port_info.h"
#include "daemon/base/slot_address.h"
#include "daemon/history/entry.h"
#include "daemon/modem/job.h"
#include "daemon/modem/job_failure.h"
#include "daemon/modem/modem_reporter.h"
#include "daemon/modem/modem_slots.h"
#include "daemon/modem/modem_state.h"
#include "daemon/modem/plan.h"
#include "daemon/modem/prepared_plan.h"
#include "daemon/modem/retained_state.h"
#include "daemon/modem/retries.h"
#include "daemon/modem/slot_operation.h"
#include "daemon/modem/state_assessment.h"
#include "daemon/policy/model.h"
#include "daemon/policy/modem_attributes.h"
#include "daemon/sbnw/slots.h"

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace bgs2 {

class Modem {
  public:
    /// What a modem needs of the one who keeps it.
    class Host : Immovable {
      public:
        virtual ~Host() = default;

        /// The policies in force. A copy shares the set, which stays as it is while somebody holds it.
        [[nodiscard]] virtual std::shared_ptr<const policy::Policies> policies() const = 0;
        /// Why there are none, in words; empty if that is as it should be.
        [[nodiscard]] virtual std::string policy_problem() const = 0;
        /// Where blocking work is done: files, decryption.
        [[nodiscard]] virtual asio::any_io_executor background() const = 0;
        [[nodiscard]] virtual const std::filesystem::path& credentials_directory() const = 0;
        virtual std::shared_ptr<Job> new_job(Task task, const std::string& imei) = 0;
        /// The files that its policy names are others now: see Modem::sources().
        virtual void sources_changed() = 0;
        virtual void modem_changed(const Modem& modem) = 0;
        /// Has it kept. Time, boot and generation are filled in; the rest is as the modem tells it.
        virtual void record(history::Entry entry) = 0;
    };

    /// `memory` is what was known of the modem when it was last seen.
    Modem(at::ModuleIdentity identity, const PortInfo& port, RetainedState retained, Host& host,
          const Log& log);

    [[nodiscard]] const at::ModuleIdentity& identity() const { return identity_; }
    [[nodiscard]] const policy::ModemAttributes& attributes() const { return attributes_; }
    [[nodiscard]] const std::string& port() const { return port_; } ///< the device node
    [[nodiscard]] ModemState state() const { return shown_.state; }
    [[nodiscard]] std::string_view reason_code() const { return shown_.code; } ///< of static storage
    [[nodiscard]] const std::string& reason() const { return shown_.reason; }
    [[nodiscard]] const std::string& hint() const { return shown_.hint; }
    [[nodiscard]] const std::string& policy() const { return policy_name_; }
    /// What it holds, as last read; slots that were written to since are not among it.
    [[nodiscard]] const sbnw::Inventory& inventory() const { return slots_.cache().inventory(); }
    [[nodiscard]] std::map<SlotAddress, Compliance> compliance() const {
        return slots_.cache().compliance(desired_);
    }
    /// What the preflight says of the certificates that its policy names.
    [[nodiscard]] const std::vector<SlotFinding>& findings() const { return findings_; }
    /// The files that its policy names; when one of them changes, sources_changed() is to be called.
    [[nodiscard]] const std::set<std::filesystem::path>& sources() const { return sources_; }
    [[nodiscard]] const RetainedState& retained() const { return retained_; }
    /// When it tries again by itself; nothing unless it has failed.
    [[nodiscard]] std::optional<std::chrono::sys_seconds> retry_at() const;

    /// Has the modem made what its policy says, whatever was tried before. Errors: Busy, NotSupported,
    /// InvalidArgument (a slot that the policy does not name).
    Expected<std::shared_ptr<Job>> provision(std::optional<SlotAddress> slot);

    /// Has the slots read anew. Errors: Busy.
    Expected<std::shared_ptr<Job>> refresh();

    /// Has a certificate written. Waits while it is being checked. Throws Exception: those of make_install(),
    /// and Busy, NotSupported (policy::changeable).
    asio::awaitable<std::shared_ptr<Job>> install(InstallRequest install_request);

    /// Has one slot changed. Errors: Busy, NotSupported (policy::changeable).
    Expected<std::shared_ptr<Job>> request(SlotOperation change);

    /// What provision() would do, going by the slots as last read. Throws Exception with what would stop it.
    asio::awaitable<PreparedPlan> preview(std::optional<SlotAddress> slot);

    /// The policies are others now, or somebody wants them applied anew.
    void policy_changed();
    /// A file of sources() is another one now.
    void sources_changed();
    /// The system's clock was set.
    void clock_changed();

    /// The modem's whole life, from its identification on: reads it, compares it, provisions it if the policy
    /// says so, waits for work. Ends only by an Exception: the modem is gone, or restarted, or does not
    /// answer any more.
    asio::awaitable<void> live(at::Channel& channel);

  private:
    class Attended;

    asio::awaitable<void> assess();
    asio::awaitable<PreparedPlan> prepare(const policy::Policy& policy, std::optional<SlotAddress> only);
    [[nodiscard]] PlanRequest request(const policy::Policy* policy, std::optional<SlotAddress> only) const;
    asio::awaitable<std::optional<Error>> carry_out(at::Channel& channel, Job& job);
    asio::awaitable<void> do_job(at::Channel& channel, Job& job);
    void note_failure(const JobFailure& job_failure, const Job& job);
    asio::awaitable<void> provision(at::Channel& channel, Job& job);
    asio::awaitable<void> change(at::Channel& channel, Job& job);
    [[nodiscard]] std::shared_ptr<Job> next_job();
    [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> next_look() const;
    [[nodiscard]] std::set<Store> stores() const;
    [[nodiscard]] const policy::Policy* match(const policy::Policies& policies) const;
    [[nodiscard]] Expected<void> ready() const;
    Expected<std::shared_ptr<Job>> request(Task task);
    void try_anew();
    void show(ModemState state, std::string_view code, std::string reason);
    void show(const StateAssessment& verdict);

    at::ModuleIdentity identity_;
    std::string port_;
    policy::ModemAttributes attributes_;
    RetainedState retained_;
    Host& host_;
    ModemReporter reporter_;

    StateAssessment shown_{.state = ModemState::reading,
                           .code = "reading",
                           .reason = "its slots have not been read yet",
                           .hint = {},
                           .wanted = false,
                           .expiring = {}};
    std::string policy_name_;
    ModemSlots slots_;
    Thumbprints desired_;
    std::vector<SlotFinding> findings_;
    std::set<std::filesystem::path> sources_;
    std::optional<Expiry> expiry_;
    std::chrono::milliseconds renew_before_{0};
    std::chrono::milliseconds verify_every_{0};

    at::Channel* channel_ = nullptr;              ///< only while live() runs
    std::shared_ptr<Job> job_;                    ///< asked for or at work; at most one
    std::shared_ptr<const SlotOperation> change_; ///< what it is to do, if that is a change
    bool wanted_ = false;                         ///< the policy wants it provisioned now
    bool held_ = false;                           ///< a person cancelled that
    bool ignored_ = false;                        ///< the policy says not even to read it
    Retries retries_;
};

} // namespace bgs2
