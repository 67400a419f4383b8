// SPDX-License-Identifier: Apache-2.0
// Ports in, modems out: which modem sits where, keyed by IMEI.
#pragma once

#include "daemon/base/error.h"
#include "daemon/base/log.h"
#include "daemon/base/path_watch.h"
#include "daemon/history/recorder.h"
#include "daemon/modem/job.h"
#include "daemon/modem/modem.h"
#include "daemon/modem/retained_state.h"
#include "daemon/policy/model.h"
#include "daemon/port/inhibitor.h"
#include "daemon/port/match_port.h"
#include "daemon/port/observer.h"
#include "daemon/port/port_session.h"
#include "daemon/port/trace_directory.h"

#include <asio/any_io_executor.hpp>
#include <asio/steady_timer.hpp>

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

/// One line of the list of ports.
struct PortStatus {
    std::string device;
    std::string path; ///< udev's ID_PATH
    PortState state = PortState::ignored;
    std::string_view code; ///< ListPorts' `code` of io.bgs2d1.xml; of static storage
    std::string reason;
    std::string hint;
    std::string imei;
    std::optional<std::chrono::sys_seconds> retry_at;
    bool inhibited = false;                        ///< ModemManager was asked to keep off it, and does
    std::map<std::string, std::string> properties; ///< of udev's those that begin with ID_

    bool operator==(const PortStatus&) const = default;
};

class Fleet : private Modem::Host, private PortSession::Host {
  public:
    /// `loop` runs everything that talks, one thread; `background` what blocks. `credentials` is
    /// $CREDENTIALS_DIRECTORY. `history` takes what becomes of modems; it outlives the fleet.
    Fleet(asio::any_io_executor loop, asio::any_io_executor background, std::filesystem::path credentials,
          history::Recorder& history, Log log);

    /// Who is told of changes from now on; at most one. Null: nobody.
    void set_observer(Observer* observer) { observer_ = observer; }

    /// Who has others keep off ports that are attended from now on. Null: nobody.
    void set_inhibitor(Inhibitor* inhibitor) { inhibitor_ = inhibitor; }

    /// Records all conversations that begin from now on.
    void record_conversations(TraceDirectory traces) { traces_ = std::move(traces); }

    /// Takes over which ports may be probed; those that may not be any more are let go of.
    void set_port_rules(std::vector<PortRule> rules);

    /// Takes over policies, or, with a `problem`, tells why there are no others. Sources are read anew in
    /// either case. `generation` counts the sets that were taken over.
    void set_policies(policy::Policies policies, std::uint64_t generation, std::string problem);

    /// A port is there, or its properties are others now.
    void port_added(const PortInfo& port);
    void port_removed(const std::string& device);

    /// Another program writes to the ports of the device: they are let go of, and taken up again when it is
    /// done.
    void on_conflict(const std::string& physical_device);

    /// The system's clock was set: what was not valid may be, and the other way round.
    void clock_changed();

    /// Tries all ports at once that wait for another try.
    void retry_ports();

    /// Lets go of all ports. What is under way unwinds in the loop.
    void stop();

    [[nodiscard]] const std::map<std::string, std::shared_ptr<Modem>>& modems() const { return modems_; }
    [[nodiscard]] std::vector<PortStatus> ports() const;

    /// The modem with this IMEI, or the only one whose IMEI ends so. Errors: NotFound, InvalidArgument
    /// (several).
    [[nodiscard]] Expected<std::shared_ptr<Modem>> find(std::string_view imei) const;

  private:
    struct PortEntry {
        PortInfo info;
        PortMatch match;
        std::shared_ptr<PortSession> session; ///< null unless nominated
    };

    void update_port(PortEntry& entry);
    static void release_port(PortEntry& entry);

    [[nodiscard]] std::shared_ptr<const policy::Policies> policies() const override { return policies_; }
    [[nodiscard]] std::string policy_problem() const override { return policy_problem_; }
    [[nodiscard]] asio::any_io_executor background() const override { return background_; }
    [[nodiscard]] const std::filesystem::path& credentials_directory() const override { return credentials_; }
    std::shared_ptr<Job> new_job(Task task, const std::string& imei) override;
    void sources_changed() override;
    void modem_changed(const Modem& modem) override;
    void record(history::Entry entry) override;

    [[nodiscard]] at::LineSettings probe_settings(const PortInfo& port) const override;
    [[nodiscard]] at::LineSettings line_settings(const Modem& modem) const override;
    std::shared_ptr<Modem> admit(const at::ModuleIdentity& identity, const PortInfo& port) override;
    void dismiss(const std::shared_ptr<Modem>& modem) override;
    asio::awaitable<std::unique_ptr<Inhibition>> inhibit(const PortInfo& port, bool claimed) override;
    std::unique_ptr<at::Tap> tap(const PortInfo& port) override;

    void job_changed(const Job& job);
    void on_files_changed(const std::vector<std::filesystem::path>& files);
    /// A log whose lines are found by this modem.
    [[nodiscard]] Log about(const std::string& imei, const std::string& port) const;

    asio::any_io_executor loop_;
    asio::any_io_executor background_;
    std::filesystem::path credentials_;
    history::Recorder& history_;
    std::string boot_id_ = history::boot_id();
    Log log_;
    Observer* observer_ = nullptr;
    Inhibitor* inhibitor_ = nullptr;
    std::optional<TraceDirectory> traces_;
    std::vector<PortRule> port_rules_;
    std::shared_ptr<const policy::Policies> policies_ = std::make_shared<policy::Policies>();
    std::uint64_t generation_ = 0; ///< of the policies
    std::string policy_problem_;
    std::map<std::string, PortEntry> ports_;               ///< by device node
    std::map<std::string, std::shared_ptr<Modem>> modems_; ///< by IMEI
    std::map<std::string, RetainedState> retained_;        ///< by IMEI, of modems that left
    PathWatch sources_;
    struct KeptJob {
        std::shared_ptr<Job> job;
        asio::steady_timer retention; ///< runs from the job's end on
    };
    std::map<std::uint64_t, KeptJob> jobs_;
    std::uint64_t last_job_ = 0;
    bool stopped_ = false;
};

} // namespace bgs2
