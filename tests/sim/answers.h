// SPDX-License-Identifier: Apache-2.0
// What the module answers to the commands that are only asked and answered. No line, no clock of its own:
// text in, text out.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bgs2::sim {

/// An answer's lines and how it ends.
struct Answer {
    enum class End : std::uint8_t {
        ok,
        error,     ///< ERROR, or +CME ERROR as AT+CMEE asks for
        cme_error, ///< +CME ERROR whatever AT+CMEE says
        connect,   ///< CONNECT: a frame is to follow
    };

    std::vector<std::string> lines;
    End end = End::ok;
    std::string words{}; ///< of the error
    std::string store{}; ///< that the frame is for

    bool operator==(const Answer&) const = default;
};

/// Who the module says it is.
struct ModuleIdentity {
    std::string maker = "Cinterion";
    std::string model;
    std::string revision; ///< "01.301"
    std::string imei;
    bool speaks_at = true; ///< false: something else altogether, which answers a line with a complaint
};

/// Somebody else: "arduino" speaks no AT, "quectel" is a modem of another maker, anything else is a maker's
/// name.
ModuleIdentity fake_identity(const std::string& who, ModuleIdentity identity);

class Answers {
  public:
    Answers(ModuleIdentity identity, bool echo, bool knows_is_cert);

    /// The answer to one command line, "AT" and all, without its line end. `now` moves the module's clock,
    /// which starts at its epoch. Where this answers a read-back command, the lines are left to the caller:
    /// see readback_store().
    Answer answer(std::string_view command, std::chrono::steady_clock::time_point now);

    /// The store AT^SBNR asks for, if that is what the command is and the firmware knows it.
    [[nodiscard]] std::optional<std::string> readback_store(std::string_view command) const;

    [[nodiscard]] bool echo() const { return echo_; }
    [[nodiscard]] const ModuleIdentity& identity() const { return identity_; }

    /// "ERROR" or "+CME ERROR: ..." as AT+CMEE asks for.
    [[nodiscard]] std::string error_line(const std::string& words, bool always_cme) const;

  private:
    [[nodiscard]] Answer identify(std::string_view command) const;
    Answer clock(std::string_view command, std::chrono::steady_clock::time_point now);
    [[nodiscard]] Answer secure_write(std::string_view arguments) const;
    Answer indications(std::string_view arguments);
    [[nodiscard]] bool knows(std::string_view store) const;

    ModuleIdentity identity_;
    bool echo_;
    bool knows_is_cert_;
    int error_format_ = 0;         ///< AT+CMEE
    int reports_certificates_ = 0; ///< AT^SIND="is_cert"
    std::chrono::sys_seconds set_to_;
    std::optional<std::chrono::steady_clock::time_point> set_at_;
};

} // namespace bgs2::sim
