// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/diagnostic.h"

#include <nlohmann/json.hpp>

namespace bgs2::cli {

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
