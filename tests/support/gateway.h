// SPDX-License-Identifier: Apache-2.0
// A gateway in a folder: a private bus, bgs2d, and modems made of software that are plugged in and out.
#pragma once

#include "tests/support/process.h"
#include "tests/support/temporary_directory.h"

#include <sdbus-c++/sdbus-c++.h>

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

/// The IMEI that bgs2sim has unless told otherwise.
inline constexpr const char* default_imei = "356938035643809";

/// Who there is on a gateway, and who says what they may.
enum class Authorities {
    machine, ///< this machine's users, no polkit; the daemon is run by whoever runs the test
    group,   ///< the accounts of tests/support/accounts.h, no polkit; bgs2d runs the daemon; takes root
    polkit,  ///< the same, and the real polkitd with the files that are shipped
};

/// Whether somebody listens on the socket; its file alone does not say so.
bool accepts(const std::string& path);

class Gateway {
  public:
    using Dictionary = std::map<std::string, sdbus::Variant>;

    /// The bus runs; the daemon does not yet. `ports` are names of links, each named in a [[port]] of
    /// bgs2d.toml.
    explicit Gateway(const std::vector<std::string>& ports = {"modem"},
                     Authorities authorities = Authorities::machine);

    [[nodiscard]] std::string path(std::string_view name) const { return (folder_.path() / name).string(); }
    [[nodiscard]] const std::string& bus_address() const { return bus_address_; }
    std::string write(std::string_view name, std::string_view text) const;
    /// Writes policy.d/<name>.toml.
    void write_policy(std::string_view name, std::string_view text) const;

    /// Takes the bus away from everybody.
    void stop_bus() { bus_.reset(); }

    /// Starts bgs2d and waits until it says that it is ready. `environment` ("NAME=value") is on top of the
    /// test's own.
    void start(const std::vector<std::string>& arguments = {},
               const std::vector<std::string>& environment = {});
    /// Asks the daemon to end; its exit code, or nothing if it did not within `timeout`.
    std::optional<int> stop(std::chrono::milliseconds timeout = std::chrono::seconds(10));
    [[nodiscard]] Process& daemon() { return *daemon_; }
    [[nodiscard]] std::string log() const;

    /// Plugs a modem into the port named so. Its log is at path(name + ".log"), its frames in path(name +
    /// ".frames").
    Process& plug(const std::string& name, const std::vector<std::string>& arguments = {});
    void unplug(const std::string& name);
    [[nodiscard]] std::string modem_log(const std::string& name) const;
    [[nodiscard]] std::size_t frames(const std::string& name) const; ///< how many it has received

    /// Whether `condition` comes true before the deadline. It is asked again with every message of the bus.
    bool eventually(const std::function<bool()>& condition,
                    std::chrono::milliseconds timeout = std::chrono::seconds(30));
    /// Whether the modem comes to be in `state`.
    bool becomes(std::string_view state, const std::string& imei = default_imei);

    /// A property of the modem; empty if there is no such modem.
    [[nodiscard]] std::string property(const std::string& name, const std::string& imei = default_imei);
    [[nodiscard]] std::map<std::uint32_t, Dictionary> slots(const std::string& imei = default_imei);
    /// The slot's thumbprint; empty if it holds nothing.
    [[nodiscard]] std::string thumbprint(std::uint32_t slot, const std::string& imei = default_imei);
    /// What ListPorts says of this port; empty if it does not name it.
    [[nodiscard]] Dictionary port(const std::string& name);
    [[nodiscard]] std::string port_state(const std::string& name);
    std::vector<std::string> reload();

    [[nodiscard]] sdbus::IProxy& manager() { return *manager_; }
    [[nodiscard]] std::unique_ptr<sdbus::IProxy> modem(const std::string& imei = default_imei);
    /// Calls Provision or Refresh; the job's path.
    sdbus::ObjectPath ask(const std::string& method, const Dictionary& options = {},
                          const std::string& imei = default_imei);
    /// How the job ended: the error's word, "" for a success; nothing if it has not.
    [[nodiscard]] std::optional<std::string> end_of(const sdbus::ObjectPath& job);

  private:
    void start_bus();
    void start_polkit();
    /// The command as it runs on this gateway, and run by bgs2d if it has an account here.
    [[nodiscard]] std::vector<std::string> here(const std::vector<std::string>& command) const;
    [[nodiscard]] std::vector<std::string> by_daemon(const std::vector<std::string>& command) const;
    void give_to_daemon(const std::filesystem::path& file) const;

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
    /// Ends before its modems: one that is gone may leave its pty to another test, and its link to this
    /// daemon.
    std::unique_ptr<Process> daemon_;
};

} // namespace bgs2::test
