#include "cli/complaint.h"

#include <nlohmann/json.hpp>

#include <array>
#include <utility>

namespace bgs2::cli {

std::string_view word(Severity severity) {
    constexpr std::array<std::string_view, 3> words{"error", "warning", "note"};
    return words.at(std::to_underlying(severity));
}

nlohmann::ordered_json to_json(std::span<const Complaint> complaints) {
    auto array = nlohmann::ordered_json::array();
    for (const Complaint& complaint : complaints)
        array.push_back({{"severity", word(complaint.severity)},
                         {"id", complaint.id},
                         {"subject", complaint.subject},
                         {"message", complaint.message},
                         {"hint", complaint.hint}});
    return array;
}

} // namespace bgs2::cli
