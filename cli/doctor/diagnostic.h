// SPDX-License-Identifier: Apache-2.0
// One finding of the doctor.
#pragma once

#include "daemon/base/words.h"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <span>
#include <string>

namespace bgs2::cli {

enum class Severity : std::uint8_t {
    error,
    warning,
    note, ///< nothing is wrong
};

consteval auto words(Severity) {
    return EnumTable{Word{Severity::error, "error"}, Word{Severity::warning, "warning"},
                     Word{Severity::note, "note"}};
}

struct Diagnostic {
    Severity severity = Severity::note;
    std::string id;      ///< "port-not-nominated": never changes, for programs
    std::string subject; ///< a device node, an IMEI, a folder or "bgs2d"; may be empty
    std::string message;
    std::string hint; ///< the action to take; lines to paste into a file are indented

    bool operator==(const Diagnostic&) const = default;
};

/// An array with one object per diagnostic: severity, id, subject, message, hint.
nlohmann::ordered_json to_json(std::span<const Diagnostic> diagnostics);

} // namespace bgs2::cli
