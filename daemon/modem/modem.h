// SPDX-License-Identifier: Apache-2.0
// One modem, from its identification until it is gone.
#pragma once

#include "daemon/at/channel.h"
#include "daemon/at/identify.h"
#include "daemon/base/background.h"
#include "daemon/base/backoff.h"
#include "daemon/base/error.h"
#include "daemon/base/immovable.h"
#include "daemon/base/log.h"
#include "daemon/base/port_info.h"
#include "daemon/base/slot_address.h"
#include "daemon/history/entry.h"
#include "daemon/modem/job.h"
#include "daemon/modem/job_failure.h"
#include "daemon/modem/modem_record.h"
#include "daemon/modem/modem_reporter.h"
#include "daemon/modem/modem_slots.h"
#include "daemon/modem/modem_state.h"
#include "daemon/modem/plan.h"
#include "daemon/modem/port_need.h"
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
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace bgs2 {

class Modem {
  public:
    using Clock = std::chrono::steady_clock;

    /// The services that a modem uses; implemented by Fleet.
    class Host : Immovable {
      public:
        virtual ~Host() = default;

        /// The active policies. They do not change while the pointer is held.
        [[nodiscard]] virtual std::shared_ptr<const policy::Policies> policies() const = 0;
        /// The reason that no policies are active; empty if that is not an error.
        [[nodiscard]] virtual std::string policy_problem() const = 0;
        /// Runs blocking work: reading files, decryption.
        [[nodiscard]] virtual Background& background() = 0;
        [[nodiscard]] virtual const std::filesystem::path& credentials_directory() const = 0;
        virtual std::shared_ptr<Job> new_job(Task task, const std::string& imei) = 0;
        /// Writes the record of a modem; false: it is not on the disk.
        virtual asio::awaitable<bool> save(std::string imei, ModemRecord record) = 0;
        /// Called when Modem::sources() has changed.
        virtual void sources_changed() = 0;
        virtual void modem_changed(const Modem& modem) = 0;
        /// The need of the modem for its port may have changed.
        virtual void wake(const Modem& modem) = 0;
        /// Adds the entry to the history. The host fills in time, boot and generation.
        virtual void record(history::Entry entry) = 0;
    };

    /// `retained` is the state that was kept when the modem was last removed.
    Modem(at::ModuleIdentity identity, const PortInfo& port, RetainedState retained, Host& host,
          const Log& log);

    [[nodiscard]] const at::ModuleIdentity& identity() const { return identity_; }
    [[nodiscard]] const policy::ModemAttributes& attributes() const { return attributes_; }
    [[nodiscard]] const std::string& port() const { return port_; }   ///< the device node
    [[nodiscard]] const std::string& place() const { return place_; } ///< place_of() the port
    [[nodiscard]] ModemState state() const { return shown_.state; }
    [[nodiscard]] ReasonCode reason_code() const { return shown_.code; }
    /// The error behind reason_code(), if there is one.
    [[nodiscard]] std::optional<ErrorCode> reason_error() const { return shown_.error; }
    [[nodiscard]] const std::string& reason() const { return shown_.reason; }
    [[nodiscard]] const std::string& hint() const { return shown_.hint; }
    [[nodiscard]] const std::string& policy() const { return policy_name_; }
    /// The slots as last read, without those that were written since.
    [[nodiscard]] const sbnw::Inventory& inventory() const { return slots_.cache().inventory(); }
    [[nodiscard]] std::map<SlotAddress, Compliance> compliance() const {
        return slots_.cache().compliance(desired_);
    }
    /// Whether each slot of inventory() holds a private key.
    [[nodiscard]] std::map<SlotAddress, KeyStatus> keys() const;
    /// The preflight's findings about the certificates that the policy names.
    [[nodiscard]] const std::vector<SlotFinding>& findings() const { return findings_; }
    /// The files that the policy names; call sources_changed() when one of them changes.
    [[nodiscard]] const std::set<std::filesystem::path>& sources() const { return sources_; }
    [[nodiscard]] const RetainedState& retained() const { return retained_; }
    /// The time when all slots were last read; the epoch: not yet.
    [[nodiscard]] std::chrono::sys_seconds last_verified() const { return slots_.cache().date(); }
    [[nodiscard]] PortUse port_use() const { return port_use_; }
    /// The program that bgs2d waits for: "pppd (812)"; empty unless port_use() is waiting.
    [[nodiscard]] const std::string& port_holder() const { return port_holder_; }
    /// The time of the next automatic attempt; nothing unless the last one failed.
    [[nodiscard]] std::optional<std::chrono::sys_seconds> retry_at() const;

    /// Starts a job that applies the policy, regardless of earlier failures. Errors: Busy, DeviceGone,
    /// NotSupported, InvalidArgument (a slot that the policy does not name).
    Expected<std::shared_ptr<Job>> provision(std::optional<SlotAddress> slot);

    /// The modem gets private keys on this port from now on (may_write_key()). Throws Exception: NotTrusted
    /// if another port has the same IMEI.
    asio::awaitable<void> trust();

    /// Another port, with this device node, has a modem with the same IMEI: nothing is written to either.
    /// Empty: no longer.
    void set_rival(std::string device);

    /// Starts a job that reads the slots. Errors: Busy, DeviceGone.
    Expected<std::shared_ptr<Job>> refresh();

    /// Starts a job that writes a certificate, after its preflight. Throws Exception: those of
    /// make_install(), and Busy, DeviceGone, NotSupported (policy::may_change).
    asio::awaitable<std::shared_ptr<Job>> install(InstallRequest install_request);

    /// Starts a job that changes one slot. Errors: Busy, DeviceGone, NotSupported (policy::may_change).
    Expected<std::shared_ptr<Job>> request(SlotOperation change);

    /// The plan that provision() would carry out, based on the slots as last read. Throws Exception:
    /// NotSupported, InvalidArgument (policy::may_provision), and the blocker, if there is one.
    asio::awaitable<PreparedPlan> preview(std::optional<SlotAddress> slot);

    /// The active policies have changed, or have been loaded again.
    void policy_changed();
    /// A file of sources() has changed.
    void sources_changed();
    /// The system clock was set.
    void clock_changed();

    /// `[port]` of the policy that matched when the modem was last assessed.
    [[nodiscard]] const policy::PortSettings& port_settings() const { return port_settings_; }

    /// Determines the state by the slots as last read, and the need for the port, without it. Reads the
    /// sources of the policy. The need can change when wake() of the host is called, and at next_look().
    asio::awaitable<PortNeed> need();

    /// The time of the next action that no client requests.
    [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> next_look() const;

    /// bgs2d waits for the port, for `need`, until work() or released() is called.
    void wait_for_port(const PortNeed& need, const std::string& holder, const std::string& hint);

    /// bgs2d has the port no more, and does not wait for it.
    void released();

    /// Ends a wait for work, so that its conditions are looked at again.
    void wake();

    /// Uses the port: reads the slots, compares them with the policy, provisions the modem if the policy
    /// requires it, and carries out the requested job. Returns when nothing is left to do, unless `keep`:
    /// then waits for work until it returns false. Otherwise ends with an Exception: the modem is gone, has
    /// restarted or does not answer.
    asio::awaitable<void> work(at::Channel& channel, std::function<bool()> keep);

    /// A secure command is being sent: interrupts the work once it has ended. Otherwise does nothing and
    /// returns false.
    bool end_after_frame();

    /// The port was taken for a write, and the modem did not answer: the next attempt waits as after a failed
    /// write.
    void write_failed(const Error& error);

    /// When the modem was last identified; the clock's epoch: not yet.
    [[nodiscard]] std::chrono::steady_clock::time_point identified() const { return identified_; }

    /// The slots are to be read again, so that the modem is identified.
    void require_check();

    /// The modem is gone: ends the requested job.
    void leave();

  private:
    class ChannelGuard;

    asio::awaitable<void> assess();
    asio::awaitable<PreparedPlan> prepare(const policy::Policy& policy, std::optional<SlotAddress> only);
    [[nodiscard]] PlanRequest plan_request_for(const policy::Policy* policy,
                                               std::optional<SlotAddress> only) const;
    asio::awaitable<std::optional<Error>> carry_out(at::Channel& channel, Job& job);
    asio::awaitable<void> do_job(at::Channel& channel, Job& job);
    void note_failure(const JobFailure& job_failure, const Job& job);
    asio::awaitable<void> apply_policy(at::Channel& channel, Job& job);
    asio::awaitable<void> apply_operation(at::Channel& channel, Job& job);
    [[nodiscard]] std::shared_ptr<Job> next_job();
    [[nodiscard]] std::set<Store> stores() const;
    [[nodiscard]] const policy::Policy* match(const policy::Policies& policies) const;
    [[nodiscard]] Expected<void> ready() const;
    Expected<std::shared_ptr<Job>> request(Task task);
    void try_again();
    void end_cancelled_job();
    asio::awaitable<void> do_next_job(at::Channel& channel);
    [[nodiscard]] asio::awaitable<bool> differs_from_record();
    void set_port_use(PortUse use, std::string holder);
    [[nodiscard]] std::optional<Error> rivalry() const;
    void show(ModemState state, ReasonCode code, std::string reason) {
        show({.state = state, .code = code, .reason = std::move(reason)});
    }
    void show(const StateAssessment& assessment);

    at::ModuleIdentity identity_;
    std::string port_;
    std::string place_;
    policy::ModemAttributes attributes_;
    RetainedState retained_;
    Host& host_;
    ModemReporter reporter_;

    StateAssessment shown_{.state = ModemState::reading,
                           .code = ReasonCode::reading,
                           .reason = "its slots have not been read yet"};
    std::string policy_name_;
    ModemSlots slots_;
    Contents desired_;
    std::vector<SlotFinding> findings_;
    std::set<std::filesystem::path> sources_;
    std::optional<Expiry> expiry_;
    std::optional<std::chrono::sys_seconds> valid_from_; ///< when the next certificate becomes valid
    std::string rival_;                                  ///< another port with this IMEI; empty: none
    /// Until the sources are read again: not every cause of a blocker can be watched, such as a token or a
    /// file on a network.
    Backoff recheck_{std::chrono::minutes(15)};
    std::optional<std::chrono::steady_clock::time_point> recheck_at_;
    std::chrono::milliseconds renew_before_{0};
    std::chrono::milliseconds verify_every_{0};

    PortUse port_use_ = PortUse::released;
    std::string port_holder_;

    policy::PortSettings port_settings_;

    at::Channel* channel_ = nullptr; ///< only while work() runs
    std::chrono::steady_clock::time_point identified_;
    bool gone_ = false;                           ///< leave() was called
    std::shared_ptr<Job> job_;                    ///< requested or running; at most one
    std::shared_ptr<const SlotOperation> change_; ///< the operation of `job_`, if it changes one slot
    bool wanted_ = false;                         ///< the policy requires provisioning now
    bool cancelled_ = false;                      ///< a client cancelled the provisioning
    bool ignored_ = false;                        ///< the policy has mode "ignore"
    bool changing_ = false;                       ///< a job uses the channel
    bool blocked_ = false;                        ///< the job met a blocker, and sent nothing
    bool corrected_ = false; ///< policy or sources changed since the job began: its failure may be outdated
};

} // namespace bgs2
