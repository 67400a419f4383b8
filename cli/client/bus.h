// SPDX-License-Identifier: Apache-2.0
// bgs2d over the system bus. Only bus.cpp, connection and message.cpp of this folder use the D-Bus library.
#pragma once

#include "cli/client/objects.h"
#include "cli/client/service_unit.h"
#include "cli/terminal/signal_fd.h"
#include "cli/terminal/terminal.h"
#include "daemon/base/immovable.h"
#include "daemon/base/slot_address.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace bgs2::cli {

class Connection;

/// A signal from bgs2d, or from the bus about bgs2d.
struct BusSignal {
    std::string path;
    std::string interface;
    std::string member;
    Value arguments; ///< an array

    bool operator==(const BusSignal&) const = default;
};

/// The slots of a modem to provision.
struct ProvisionScope {
    std::optional<unsigned> slot; ///< nothing: all slots of the policy

    bool operator==(const ProvisionScope&) const = default;
};

/// A certificate to pass to bgs2d: descriptors of open files. They stay open.
struct CertificateFds {
    int certificate = -1;
    std::optional<int> key;
    std::optional<int> passphrase;
    std::string format = "der"; ///< or "pem-chain", "as-is"

    bool operator==(const CertificateFds&) const = default;
};

/// Selects entries of the history.
struct HistoryFilter {
    std::string modem; ///< an IMEI or a suffix of it; empty: all modems
    std::optional<std::chrono::sys_seconds> since;
    bool failed = false;           ///< only failures
    std::optional<unsigned> limit; ///< nothing: the default of bgs2d

    bool operator==(const HistoryFilter&) const = default;
};

/// For a verb that works on the gateway only. `why` is a predicate: "passes ...". Throws CommandError if
/// --host names another machine.
void require_local(const Access& access, const std::string& verb, const std::string& why);

/// `why` of verbs that pass open files to bgs2d.
inline constexpr const char* passes_files = "passes open files to bgs2d, which ssh cannot transfer";

/// A connection to the system bus (or the one that DBUS_SYSTEM_BUS_ADDRESS names), here or on another
/// machine. Every function throws CommandError. A call that requires an authorization may ask for a password,
/// see Access.
class Bus : Immovable {
  public:
    explicit Bus(const Access& access = {});
    ~Bus();

    std::vector<Modem> modems(); ///< by IMEI; one call, with all properties
    std::vector<JobInfo> jobs(); ///< by number
    std::vector<Port> ports();
    void rescan();
    std::vector<std::string> reload(); ///< the errors in the policies
    std::vector<Policy> policies();    ///< the active ones, in evaluation order
    std::vector<FileExplanation> explain_policy(const std::string& imei);
    std::vector<HistoryEntry> history(const HistoryFilter& scope);
    std::uint64_t history_lost_since(); ///< seconds since 1970, 0: nothing is lost

    // `modem` is the path of a modem.
    std::vector<PlanStep> plan(const std::string& modem, const ProvisionScope& scope);
    std::string provision(const std::string& modem, const ProvisionScope& scope); ///< the job's path
    std::string refresh(const std::string& modem);                                ///< the job's path
    void trust(const std::string& modem);

    std::string install(const std::string& modem, const SlotAddress& address,
                        const CertificateFds& certificate);
    std::string erase(const std::string& modem, const SlotAddress& address);
    std::string send_frame(const std::string& modem, int frame, Store store);
    void cancel(const std::string& job); ///< by its path

    /// Starts to collect signals. No signal after its return is missed.
    void subscribe();

    /// Whether bgs2d is running, after the signals that next_signal() has returned. Only after subscribe().
    [[nodiscard]] bool daemon_is_there() const;

    /// Waits for the next signal; nothing: interrupted, or past the deadline. Ignores signals of other
    /// senders, which any user can send on a system bus. Only after subscribe().
    std::optional<BusSignal> next_signal(const SignalFd& interrupt,
                                         std::optional<std::chrono::steady_clock::time_point> deadline = {});

    // Queries to the bus, systemd and polkit about bgs2d; none of them starts it.
    bool daemon_is_running();
    bool daemon_is_activatable(); ///< whether the bus starts it on a method call
    pid_t daemon_pid();           ///< 0: unknown
    std::optional<ServiceUnit> service_unit(const std::string& name); ///< nothing: no systemd
    /// Whether polkit lets the user of bgs2d stop the unit; nothing: unknown, since polkit does not run, or
    /// reports on other users to root only.
    std::optional<bool> daemon_may_stop(const std::string& unit);
    std::vector<std::string> policy_errors();

  private:
    std::unique_ptr<Connection> connection_;
};

} // namespace bgs2::cli
