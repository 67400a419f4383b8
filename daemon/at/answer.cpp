// SPDX-License-Identifier: Apache-2.0
#include "daemon/at/answer.h"

#include <algorithm>
#include <array>

namespace bgs2::at {
namespace {

constexpr std::array<std::string_view, 5> finals{"OK", "ERROR", "NO CARRIER", "NO DIALTONE", "BUSY"};
constexpr std::array<std::string_view, 2> final_prefixes{"+CME ERROR", "+CMS ERROR"};

/// If a URC can be an answer too, its text up to the colon is that of the command that queries it.
constexpr std::array<std::string_view, 18> urcs{
    "^SYSSTART", "^SYSLOADING", "^SHUTDOWN", "^SCTM",  "^SBC", "^SCKS", "^SIS", "^SISR", "^SISW",
    "+CIEV",     "+CREG",       "+CGREG",    "+CRING", "RING", "+CMTI", "+CMT", "+CALA", "+CUSD",
};

} // namespace

bool is_final(std::string_view line) {
    return std::ranges::find(finals, line) != finals.end() ||
           std::ranges::any_of(final_prefixes,
                               [&](std::string_view prefix) { return line.starts_with(prefix); });
}

bool is_urc(std::string_view line, std::string_view command) {
    const std::string_view name = line.substr(0, line.find_first_of(": "));
    return std::ranges::find(urcs, name) != urcs.end() && !command.starts_with("AT" + std::string(name));
}

bool is_restart(std::string_view line) {
    return line.starts_with("^SYSSTART");
}

} // namespace bgs2::at
