// SPDX-License-Identifier: Apache-2.0
// bgs2d over the system bus. With message.cpp the only file that knows the D-Bus library.
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

/// A signal of bgs2d's, or of the bus about bgs2d.
struct BusSignal {
    std::string path;
    std::string interface;
    std::string member;
    Value arguments; ///< an array

    bool operator==(const BusSignal&) const = default;
};

/// What of a modem an order is about.
struct ProvisionScope {
    std::optional<unsigned> slot; ///< nothing: all of them

    bool operator==(const ProvisionScope&) const = default;
};

/// A certificate that is handed to bgs2d: descriptors of open files, which stay open.
struct CertificateFds {
    int certificate = -1;
    std::optional<int> key;
    std::optional<int> passphrase;
    std::string format = "der"; ///< or "pem-chain", "as-is"

    bool operator==(const CertificateFds&) const = default;
};

/// What of the history is wanted.
struct HistoryFilter {
    std::string modem; ///< an IMEI or the end of one; empty: of all
    std::optional<std::chrono::sys_seconds> since;
    bool failed = false;           ///< only what failed
    std::optional<unsigned> limit; ///< nothing: as many as bgs2d gives

    bool operator==(const HistoryFilter&) const = default;
};

/// For a verb that works on the gateway itself only. `why` says so: "hands ...". Throws Failure if bgs2d is
/// another machine's.
void require_local(const Access& access, const std::string& verb, const std::string& why);

/// That of what hands bgs2d files that are open here.
inline constexpr const char* hands_over_files = "hands open files to bgs2d, which ssh does not carry";

/// A connection to the system bus (or to what DBUS_SYSTEM_BUS_ADDRESS names), of this machine or of another.
/// Every function throws Failure. What needs a right may ask for a password, see Access.
class Bus : Immovable {
  public:
    explicit Bus(const Access& access = {});
    ~Bus();

    std::vector<Modem> modems(); ///< by IMEI; one call, with all properties
    std::vector<JobInfo> jobs(); ///< by number
    std::vector<Port> ports();
    void rescan();
    std::vector<std::string> reload(); ///< what is wrong with the policies
    std::vector<Policy> policies();    ///< those in force, in the order in which they are asked
    std::vector<FileExplanation> explain_policy(const std::string& imei);
    std::vector<HistoryEntry> history(const HistoryFilter& scope);
    std::uint64_t history_lost_since(); ///< seconds since 1970, 0: nothing is lost

    // `modem` is the path of a modem.
    std::vector<PlanStep> plan(const std::string& modem, const ProvisionScope& scope);
    std::string provision(const std::string& modem, const ProvisionScope& scope); ///< the job's path
    std::string refresh(const std::string& modem);                                ///< the job's path

    std::string install(const std::string& modem, const SlotAddress& address,
                        const CertificateFds& certificate);
    std::string erase(const std::string& modem, const SlotAddress& address);
    std::string send_frame(const std::string& modem, int frame, Store store);
    void cancel(const std::string& job); ///< by its path

    /// From here on events are collected. Nothing that happens after it returned is missed.
    void subscribe();

    /// Whether somebody owns bgs2d's name, as far as the events taken say. Only after subscribe().
    [[nodiscard]] bool daemon_is_there() const;

    /// Waits for the next event; nothing: interrupted, or past the deadline. Signals that do not come from
    /// bgs2d itself (anybody may send some on a system bus) are passed over. Only after subscribe().
    std::optional<BusSignal> next_signal(const SignalFd& interrupt,
                                         std::optional<std::chrono::steady_clock::time_point> deadline = {});

    // What the others on the bus know of bgs2d, which none of these starts.
    bool daemon_is_running();
    bool daemon_is_activatable(); ///< whether the bus would start it for who asks it something
    pid_t daemon_pid();           ///< 0: not known
    std::optional<ServiceUnit> service_unit(const std::string& name); ///< nothing: no systemd to ask
    std::vector<std::string> policy_errors();

  private:
    class Connection;
    std::unique_ptr<Connection> connection_;
};

} // namespace bgs2::cli
