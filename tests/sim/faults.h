// SPDX-License-Identifier: Apache-2.0
// What can be made to go wrong, how it is asked for on the command line, and when it strikes.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bgs2::sim {

enum class FaultKind : std::uint8_t {
    // what a whole frame is answered with; nothing is stored
    length_error,
    too_many_data,
    to_many_data,
    certificate_corrupted,
    key_removed,
    service_timeout,
    secure_error,
    // what becomes of a frame otherwise
    not_stored,
    key_dropped,
    no_ok,
    no_result,
    // what commands are answered with
    error,
    cme_error,
    silence,
    deaf,
    half_line,
    garbage,
    // the line goes dead
    hang_up,
    hang_up_in_frame,
    // what slots read back as
    readback_slot,
    corrupt_slot,
    old_expiry,
    labels,
    // who it is
    no_is_cert,
    identity,
};

/// One fault as asked for: NAME[:ARGUMENT][,after=N][,times=N].
struct Fault {
    FaultKind kind = FaultKind::error;
    std::string argument{};          ///< in the form the kind needs; empty if it was left out and may be
    unsigned after = 0;              ///< this many occasions pass before it strikes
    std::optional<unsigned> times{}; ///< it strikes this many times; nothing: every time

    bool operator==(const Fault&) const = default;
};

/// "length-error"
std::string_view name(FaultKind kind);

/// A fault out of its text; otherwise a sentence that says what is wrong with it and what would be right.
std::expected<Fault, std::string> parse_fault(std::string_view text);

/// The number an argument of the kinds that take one holds.
unsigned number_argument(const Fault& fault);

/// A=B of readback-slot.
struct SlotPair {
    unsigned asked = 0;
    unsigned shown = 0;
};
SlotPair slots_argument(const Fault& fault);

/// Every fault with its argument and what it does, and how to limit it: for --help.
std::string faults_help();

/// The faults of one run, and how often each has had occasion to strike.
class Faults {
  public:
    explicit Faults(const std::vector<Fault>& faults);

    /// An occasion for all faults of a kind: those that strike now. With `command`, only those have an
    /// occasion whose argument it begins with, regardless of case and quotes.
    std::vector<Fault> strike(FaultKind kind, std::string_view command = {});

  private:
    struct Counted {
        Fault fault;
        unsigned occasions = 0;
    };
    std::vector<Counted> faults_;
};

} // namespace bgs2::sim
