// SPDX-License-Identifier: Apache-2.0
// Manages all ports and the modems behind them, by IMEI.
#pragma once

#include "daemon/base/background.h"
#include "daemon/base/error.h"
#include "daemon/base/log.h"
#include "daemon/base/path_watch.h"
#include "daemon/history/recorder.h"
#include "daemon/modem/job_registry.h"
#include "daemon/modem/modem.h"
#include "daemon/modem/record_store.h"
#include "daemon/modem/retained_state.h"
#include "daemon/policy/model.h"
#include "daemon/port/inhibitor.h"
#include "daemon/port/lending.h"
#include "daemon/port/match_port.h"
#include "daemon/port/observer.h"
#include "daemon/port/port_session.h"
#include "daemon/port/trace_directory.h"

#include <asio/any_io_executor.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bgs2 {

/// The status of one port, as ListPorts reports it.
struct PortStatus {
    std::string device;
    std::string path; ///< udev's ID_PATH
    PortState state = PortState::ignored;
    PortReason code = PortCode::not_named;
    Naming naming = Naming::not_named;
    std::string reason;
    std::string hint;
    std::string imei;
    PortUse use = PortUse::released;
    std::string holder{}; ///< the program that bgs2d waits for: "pppd (812)"; empty unless `use` is waiting
    std::string work{};   ///< the work that waits for the port, for people; empty: none
    std::optional<std::chrono::sys_seconds> waiting_since{}; ///< if `use` is waiting
    std::optional<std::chrono::sys_seconds> retry_at;
    bool inhibited = false;                        ///< ModemManager is inhibited for the port's device
    std::map<std::string, std::string> properties; ///< udev's properties whose name begins with ID_

    bool operator==(const PortStatus&) const = default;
};

class Fleet : private Modem::Host, private PortSession::Host, private JobRegistry::Host {
  public:
    /// The directories and services that all ports and modems use; they outlive the fleet.
    struct Environment {
        Background& background;            ///< runs blocking work
        std::filesystem::path credentials; ///< $CREDENTIALS_DIRECTORY
        std::filesystem::path locks;       ///< of UUCP
        history::Recorder& history;        ///< records the events of the modems
        RecordStore& records;              ///< has the records of the modems
    };

    /// `loop` runs all I/O on one thread. Reads all records, which blocks.
    Fleet(asio::any_io_executor loop, Environment environment, Log log);

    /// Sets the observer of changes; null: none.
    void set_observer(Observer* observer) { observer_ = observer; }

    /// Sets the inhibitor for ports that are opened from now on; null: none.
    void set_inhibitor(Inhibitor* inhibitor) { inhibitor_ = inhibitor; }

    /// Sets the lending for ports that are claimed from now on; null: none.
    void set_lending(Lending* lending) { lending_ = lending; }

    /// Records all conversations that begin after this call.
    void record_conversations(TraceDirectory traces) { traces_ = std::move(traces); }

    /// Replaces the port rules and releases the ports that no longer match.
    void set_port_rules(std::vector<PortRule> rules);

    /// Replaces the policies. `problem` says why there are none; empty if that is not an error. Sources are
    /// read again in either case. `generation` counts the successful policy loads.
    void set_policies(policy::Policies policies, std::uint64_t generation, std::string problem);

    /// A port was added, or its properties have changed.
    void port_added(const PortInfo& port);
    void port_removed(const std::string& device);

    /// Another program writes to the ports of the device: releases them, and opens them again when it has
    /// finished.
    void on_conflict(const std::string& physical_device);

    /// The system clock was set: the validity of certificates may have changed.
    void clock_changed();

    /// Retries all waiting ports at once.
    void retry_ports();

    /// Releases the port for a client of the bus, and does not open it until the reservation ends. Returns
    /// when the port is closed: work on it is finished first. Throws Exception: NotFound (no port of that
    /// name, or one that bgs2d does not use), Busy (another client has reserved it), ModemTimeout (not closed
    /// in time; it is not reserved then).
    asio::awaitable<void> reserve_port(std::string device, std::string client);
    /// Errors: NotFound (the client has no reservation of the port).
    Expected<void> end_reservation(const std::string& device, const std::string& client);
    /// The client has left the bus.
    void end_reservations(const std::string& client);

    /// The machine is about to sleep: lets frames that have begun end, at most 5 s, and closes all ports.
    asio::awaitable<void> suspend();
    /// The machine was asleep: modems may have been exchanged or switched off.
    void resume();

    /// The other program may have ended a connection, or released a device (Inhibitor).
    void device_use_changed();

    /// Releases all ports, those with a secure command that has begun after it, within 5 s. Returns when
    /// these are closed; other operations end in the event loop.
    asio::awaitable<void> stop();

    [[nodiscard]] const std::map<std::string, std::shared_ptr<Modem>>& modems() const { return modems_; }
    [[nodiscard]] std::vector<PortStatus> ports() const;

    /// Finds the modem with this IMEI or with the only IMEI that has this suffix. Errors: NotFound,
    /// InvalidArgument (several, or not digits).
    [[nodiscard]] Expected<std::shared_ptr<Modem>> find(std::string_view imei) const;

  private:
    struct PortEntry {
        PortInfo info;
        PortMatch match;
        std::shared_ptr<PortSession> session; ///< null unless the port matches
    };

    void update_port(PortEntry& entry);
    enum class End {
        at_once,     ///< the node is gone
        after_frame, ///< a secure command that has begun ends first
    };
    void release_port(PortEntry& entry, End when);
    void remove_reservation(const std::string& node);
    [[nodiscard]] bool is_there(const Modem& modem) const;
    Expected<std::shared_ptr<Modem>> admit_elsewhere(const at::ModuleIdentity& identity,
                                                     const PortInfo& port);
    void update_rivals(const std::string& imei);
    void retry_duplicates();
    void add(const std::shared_ptr<Modem>& modem);
    void note_seen(const at::ModuleIdentity& identity, const PortInfo& port);
    void save_later(const std::string& imei, ModemRecord record);
    [[nodiscard]] std::shared_ptr<PortSession> session_of(const std::string& device) const;

    [[nodiscard]] std::shared_ptr<const policy::Policies> policies() const override { return policies_; }
    [[nodiscard]] std::string policy_problem() const override { return policy_problem_; }
    [[nodiscard]] Background& background() override { return background_; }
    [[nodiscard]] const std::filesystem::path& credentials_directory() const override { return credentials_; }
    std::shared_ptr<Job> new_job(Task task, const std::string& imei) override;
    asio::awaitable<bool> save(std::string imei, ModemRecord record) override;
    void sources_changed() override;
    void modem_changed(const Modem& modem) override;
    void wake(const Modem& modem) override;
    void record(history::Entry entry) override;

    [[nodiscard]] at::LineSettings probe_settings(const PortInfo& port) const override;
    [[nodiscard]] at::LineSettings line_settings(const Modem& modem) const override;
    Expected<std::shared_ptr<Modem>> admit(const at::ModuleIdentity& identity, const PortInfo& port) override;
    void withdraw_claim(const PortInfo& port) override;
    std::shared_ptr<Modem> recall(const PortInfo& port) override;
    [[nodiscard]] std::vector<PortInfo> other_ports_of_modem(const PortInfo& port) const override;
    [[nodiscard]] std::vector<PortInfo> siblings(const PortInfo& port) const override;
    [[nodiscard]] std::string reserved_by(const PortInfo& port) const override;
    [[nodiscard]] std::string modem_of_sibling(const PortInfo& port) const override;
    asio::awaitable<DeviceUse> device_use(const PortInfo& port) override;
    [[nodiscard]] const std::filesystem::path& lock_directory() const override { return lock_directory_; }
    [[nodiscard]] Lending* lending() override { return lending_; }
    void port_wanted(const std::string& device, const std::string& reason,
                     std::optional<std::chrono::sys_seconds> deadline) override;
    void port_released(const std::string& device) override;
    void dismiss(const std::shared_ptr<Modem>& modem) override;
    asio::awaitable<std::unique_ptr<Inhibition>> inhibit(const PortInfo& port, bool claimed) override;
    std::unique_ptr<at::Tap> tap(const PortInfo& port) override;

    void job_added(const std::shared_ptr<Job>& job) override;
    void job_changed(const Job& job) override;
    void job_removed(const Job& job) override;

    void on_files_changed(const std::vector<std::filesystem::path>& files);
    /// A log with the fields of this modem.
    [[nodiscard]] Log about(const std::string& imei, const std::string& port) const;

    asio::any_io_executor loop_;
    Background& background_;
    std::filesystem::path credentials_;
    history::Recorder& history_;
    RecordStore& records_;
    Lending* lending_ = nullptr;
    std::filesystem::path lock_directory_;
    std::string boot_id_ = history::boot_id();
    Log log_;
    Observer* observer_ = nullptr;
    Inhibitor* inhibitor_ = nullptr;
    std::optional<TraceDirectory> traces_;
    std::vector<PortRule> port_rules_;
    std::shared_ptr<const policy::Policies> policies_ = std::make_shared<policy::Policies>();
    std::uint64_t generation_ = 0; ///< of the policies
    std::string policy_problem_;
    std::map<std::string, PortEntry> ports_; ///< by device node
    std::map<std::string, std::weak_ptr<PortSession>>
        ending_;                                           ///< sessions that may still hold the device node
    std::map<std::string, std::shared_ptr<Modem>> modems_; ///< by IMEI
    std::map<std::string, RetainedState> retained_;        ///< by IMEI, of modems that are gone
    std::map<std::string, std::string>
        claims_; ///< the IMEI of a modem elsewhere that a device node shows too
    /// By device node: a port that shows the modem of another port, which is to be looked at first.
    std::map<std::string, std::string> contested_;
    std::map<std::string, std::string> reservations_; ///< the client of the bus by device node
    PathWatch sources_;
    JobRegistry jobs_;
    bool suspended_ = false;
    bool stopped_ = false;
};

} // namespace bgs2
