// SPDX-License-Identifier: Apache-2.0
// One thing that keeps modems from being provisioned, may do so, or is worth knowing.
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
    std::string subject; ///< what it is about: a device node, an IMEI, a file, "bgs2d"; may be empty
    std::string message;
    std::string hint; ///< what to do; several lines where there is something to paste, which is indented

    bool operator==(const Diagnostic&) const = default;
};

/// An array with one object a complaint: severity, id, subject, message, hint.
nlohmann::ordered_json to_json(std::span<const Diagnostic> diagnostics);

} // namespace bgs2::cli
