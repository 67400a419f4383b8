// SPDX-License-Identifier: Apache-2.0
// Simulated faults: their syntax on the command line, and their occurrence.
#pragma once

#include "tests/sim/log.h"

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bgs2::sim {

enum class FaultKind : std::uint8_t {
    // results of a whole frame; nothing is stored
    length_error,
    too_many_data,
    to_many_data,
    certificate_corrupted,
    key_removed,
    service_timeout,
    secure_error,
    // other faults of a frame
    not_stored,
    key_dropped,
    half_stored,
    no_ok,
    late_ok,
    no_result,
    restart_in_frame,
    // answers to commands
    error,
    cme_error,
    refusal,
    locked,
    silence,
    deaf,
    half_line,
    garbage,
    data_mode,
    cmux,
    shutdown,
    // unsolicited lines
    urc_before,
    urc_within,
    urc_after,
    // the line hangs up
    hang_up,
    hang_up_in_frame,
    stall,
    // read-back of slots
    readback_slot,
    corrupt_slot,
    old_expiry,
    labels,
    thumbprint,
    bare_corrupt_slot,
    unreadable_row,
    missing_row,
    cut_row,
    no_rows,
    // identity
    no_is_cert,
    identity,
};
inline constexpr auto last_fault_kind = FaultKind::identity;

/// One fault: NAME[:ARGUMENT][,after=N][,times=N].
struct Fault {
    FaultKind kind = FaultKind::error;
    std::string argument{};          ///< in the syntax of the kind; empty if omitted
    unsigned after = 0;              ///< skip this many occasions
    std::optional<unsigned> times{}; ///< occur this many times; nothing: every time

    bool operator==(const Fault&) const = default;
};

/// "length-error"
std::string_view name(FaultKind kind);

/// Parses a fault. The error names the invalid part and the valid values.
std::expected<Fault, std::string> parse_fault(std::string_view text);

/// The number in the argument. Throws std::logic_error for kinds without a number.
unsigned number_argument(const Fault& fault);

/// A=B of readback-slot.
struct SlotPair {
    unsigned requested = 0;
    unsigned shown = 0;
};
SlotPair slots_argument(const Fault& fault);

/// COMMAND=WORDS of refusal: the words follow the last equals sign.
struct RefusedCommand {
    std::string command;
    std::string words;
};
RefusedCommand refusal_argument(const Fault& fault);

/// The help text of all faults, for --help.
std::string faults_help();

/// The faults of one run, and the number of occasions of each.
class Faults {
  public:
    /// Each fault that occurs is written to `log`; null: none is.
    explicit Faults(const std::vector<Fault>& faults, Log* log = nullptr);

    /// Counts an occasion for all faults of a kind and returns those that occur now. `command` restricts this
    /// to faults whose argument, or its part before the words, is a prefix of it, ignoring case and quotes.
    std::vector<Fault> trigger(FaultKind kind, std::string_view command = {});
    bool triggered(FaultKind kind, std::string_view command = {}) { return !trigger(kind, command).empty(); }

  private:
    struct Counted {
        Fault fault;
        unsigned occasions = 0;
    };
    std::vector<Counted> faults_;
    Log* log_;
};

} // namespace bgs2::sim
