// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/diagnostic.h"

#include <nlohmann/json.hpp>

#include <array>
#include <utility>

namespace bgs2::cli {

std::string_view word(Severity severity) {
    constexpr std::array<std::string_view, 3> words{"error", "warning", "note"};
    return words.at(std::to_underlying(severity));
}

nlohmann::ordered_json to_json(std::span<const Diagnostic> diagnostics) {
    auto array = nlohmann::ordered_json::array();
    for (const Diagnostic& diagnostic : diagnostics)
        array.push_back({{"severity", word(diagnostic.severity)},
                         {"id", diagnostic.id},
                         {"subject", diagnostic.subject},
                         {"message", diagnostic.message},
                         {"hint", diagnostic.hint}});
    return array;
}

} // namespace bgs2::cli
