// SPDX-License-Identifier: Apache-2.0
// Answers to commands without a frame. Pure: no port and no clock.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bgs2::sim {

class Network;

/// The lines of an answer and its result.
struct Answer {
    enum class End : std::uint8_t {
        ok,
        error,     ///< ERROR, or +CME ERROR if AT+CMEE enables it
        cme_error, ///< +CME ERROR with any setting of AT+CMEE
        connect,   ///< CONNECT: a frame must follow
        dial,      ///< a data call begins
        resume,    ///< the data call goes on
        hang_up,   ///< the data call ends
    };

    std::vector<std::string> lines;
    End end = End::ok;
    std::string message{}; ///< text of the error
    std::string store{};   ///< the store of the frame

    bool operator==(const Answer&) const = default;
};

/// The identity of the module.
struct ModuleIdentity {
    std::string manufacturer = "Cinterion";
    std::string model;
    std::string revision; ///< "01.301"
    std::string imei;
    bool supports_at = true; ///< false: the device answers each line with an error text
};

/// The identity of another device: "arduino" supports no AT commands, "quectel" is a modem of another
/// manufacturer, anything else is the name of a manufacturer.
ModuleIdentity fake_identity(const std::string& device, ModuleIdentity identity);

/// The settings of V.250 that a module can store (AT&W).
struct Profile {
    bool echo = false;   ///< ATE1
    bool verbose = true; ///< ATV1: OK instead of 0
    bool quiet = false;  ///< ATQ1: no results

    bool operator==(const Profile&) const = default;
};

class Answers {
  public:
    /// `stored` are the settings after each start.
    Answers(ModuleIdentity identity, Profile stored, bool supports_is_cert);

    /// The answer to one command line, including "AT", without its line end. `now` advances the module's
    /// clock, which starts at its epoch. For a read-back command the caller adds the lines: see
    /// readback_store().
    Answer answer(std::string_view command, std::chrono::steady_clock::time_point now);

    /// The store that an AT^SBNR command reads; nothing for other commands and unsupported stores.
    [[nodiscard]] std::optional<std::string> readback_store(std::string_view command) const;

    /// The module is in this network from now on.
    void register_in(std::shared_ptr<Network> network) { network_ = std::move(network); }

    void set_imei(std::string imei) { identity_.imei = std::move(imei); }

    /// The module restarts: its settings are the stored ones again.
    void restart();

    [[nodiscard]] const Profile& profile() const { return profile_; }
    [[nodiscard]] const ModuleIdentity& identity() const { return identity_; }

    /// "ERROR" or "+CME ERROR: ...", depending on AT+CMEE.
    [[nodiscard]] std::string error_line(const std::string& message, bool always_cme) const;

  private:
    /// The answer to a chain of basic commands, such as ATQ0V1E0; nothing for other commands.
    std::optional<Answer> basic(std::string_view command);
    [[nodiscard]] Answer identify(std::string_view command) const;
    Answer clock(std::string_view command, std::chrono::steady_clock::time_point now);
    [[nodiscard]] Answer secure_write(std::string_view arguments) const;
    Answer indications(std::string_view arguments);
    [[nodiscard]] bool supports(std::string_view store) const;

    ModuleIdentity identity_;
    Profile stored_;
    Profile profile_;
    bool supports_is_cert_;
    std::shared_ptr<Network> network_; ///< null: no SIM
    int error_format_ = 0;             ///< AT+CMEE
    int reports_certificates_ = 0;     ///< AT^SIND="is_cert"
    std::chrono::sys_seconds set_to_;
    std::optional<std::chrono::steady_clock::time_point> set_at_;
};

} // namespace bgs2::sim
