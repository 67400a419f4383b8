// SPDX-License-Identifier: Apache-2.0
// A gateway in a folder: a private bus, bgs2d, and simulated modems to plug in and unplug.
#pragma once

#include "dbus/sdbus/sdbus.h"
#include "tests/support/process.h"
#include "tests/support/temporary_directory.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bgs2::test {

/// The default IMEI of bgs2sim.
inline constexpr const char* default_imei = "356938035643809";

/// The accounts and the authorization of a gateway.
enum class Authorities {
    machine, ///< the users of the machine, no polkit; bgs2d runs as the user of the test
    group,   ///< the accounts of tests/support/accounts.h, no polkit; bgs2d runs as its user; requires root
    polkit,  ///< like group, with the real polkitd and the shipped actions and rules
};

/// Whether a process listens on the socket. The file may remain after its end.
bool is_listening(const std::string& path);

/// A variant of the bus that can be written as a literal.
class Value : public sdbus::Variant {
  public:
    Value() = default;
    template<class T>
    Value(const T& value) // NOLINT(google-explicit-constructor)
      : sdbus::Variant(value) {}
};

class Gateway {
  public:
    using Dictionary = std::map<std::string, Value>;

    /// Starts the bus, but not bgs2d. `ports` are names of links; bgs2d.toml contains a [[port]] for each.
    explicit Gateway(const std::vector<std::string>& ports = {"modem"},
                     Authorities authorities = Authorities::machine);

    [[nodiscard]] std::string path(std::string_view name) const { return (folder_.path() / name).string(); }
    [[nodiscard]] const std::string& bus_address() const { return bus_address_; }
    std::string write(std::string_view name, std::string_view text) const;
    /// Writes policy.d/<name>.toml.
    void write_policy(std::string_view name, std::string_view text) const;

    /// Stops the bus.
    void stop_bus() { bus_.reset(); }
    /// Kills the bus and starts another at the same address.
    void restart_bus();

    /// Starts bgs2d and waits until it reports that it is ready. `environment` ("NAME=value") extends that of
    /// the test.
    void start(const std::vector<std::string>& arguments = {},
               const std::vector<std::string>& environment = {});
    /// Sends SIGTERM to bgs2d and returns its exit code; nothing if it still runs after `timeout`.
    std::optional<int> stop(std::chrono::milliseconds timeout = std::chrono::seconds(10));
    [[nodiscard]] Process& daemon() { return *daemon_; }
    [[nodiscard]] std::string log() const;

    /// Plugs a modem into the port `name`. Its log is path(name + ".log"), its frames are in path(name +
    /// ".frames").
    Process& plug(const std::string& name, const std::vector<std::string>& arguments = {});
    void unplug(const std::string& name);
    [[nodiscard]] std::string modem_log(const std::string& name) const;
    [[nodiscard]] std::size_t frames(const std::string& name) const; ///< number of received frames

    /// Waits until `condition` is true; false: timeout. Checks it again on each message of the bus.
    bool eventually(const std::function<bool()>& condition,
                    std::chrono::milliseconds timeout = std::chrono::seconds(30));
    /// Waits until the modem is in `state`; false: timeout.
    bool becomes(std::string_view state, const std::string& imei = default_imei);

    /// Waits until bgs2d has released the port of the modem; false: timeout.
    bool releases(const std::string& imei = default_imei);
    /// Waits until bgs2sim has noticed that its port `name` is closed: its log ends with that.
    bool is_closed(const std::string& name);

    /// A property of the modem; empty if the modem or bgs2d is not on the bus.
    [[nodiscard]] std::string property(const std::string& name, const std::string& imei = default_imei);
    [[nodiscard]] std::map<std::uint32_t, Dictionary> slots(const std::string& imei = default_imei);
    /// The thumbprint of the slot; empty if the slot is.
    [[nodiscard]] std::string thumbprint(std::uint32_t slot, const std::string& imei = default_imei);
    /// The entry of this port in ListPorts; empty if it is not listed.
    [[nodiscard]] Dictionary port(const std::string& name);
    [[nodiscard]] std::string port_state(const std::string& name);
    std::vector<std::string> reload();

    [[nodiscard]] sdbus::IProxy& manager() { return *manager_; }
    [[nodiscard]] std::unique_ptr<sdbus::IProxy> modem(const std::string& imei = default_imei);
    /// Calls a method that starts a job, such as Provision, and returns the path of the job.
    sdbus::ObjectPath ask(const std::string& method, const Dictionary& options = {},
                          const std::string& imei = default_imei);
    /// The error of an ended job ("word: message", "" for success); nothing while it runs.
    [[nodiscard]] std::optional<std::string> end_of(const sdbus::ObjectPath& job);

  private:
    void start_bus();
    void start_polkit();
    /// The command line that runs `command` with the accounts of this gateway; as_daemon(): as the user of
    /// bgs2d.
    [[nodiscard]] std::vector<std::string> in_sandbox(const std::vector<std::string>& command) const;
    [[nodiscard]] std::vector<std::string> as_daemon(const std::vector<std::string>& command) const;
    void chown_to_daemon(const std::filesystem::path& file) const;

    TemporaryDirectory folder_;
    std::string bus_address_;
    std::vector<std::string> ports_;
    Authorities authorities_;
    std::unique_ptr<Process> bus_;
    std::unique_ptr<Process> polkit_;
    std::unique_ptr<sdbus::IConnection> connection_;
    std::unique_ptr<sdbus::IProxy> manager_;
    std::map<std::string, std::string> ended_jobs_;
    std::map<std::string, Process> modems_;
    /// Last member, so that bgs2d ends before the modems: otherwise it could open the pty of another test
    /// through the link of an ended modem.
    std::unique_ptr<Process> daemon_;
};

} // namespace bgs2::test

template<>
struct sdbus::signature_of<bgs2::test::Value> : sdbus::signature_of<sdbus::Variant> {};
