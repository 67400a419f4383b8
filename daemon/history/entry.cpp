// SPDX-License-Identifier: Apache-2.0
#include "daemon/history/entry.h"

#include <algorithm>
#include <array>
#include <fstream>

namespace bgs2::history {
namespace {

struct Row {
    EntryKind event;
    std::string_view word;
};

constexpr std::array rows{Row{EntryKind::state, "state"}, Row{EntryKind::write, "write"},
                          Row{EntryKind::erase, "erase"}, Row{EntryKind::drift, "drift"},
                          Row{EntryKind::gap, "gap"}};

} // namespace

std::string_view word(EntryKind event) {
    return std::ranges::find(rows, event, &Row::event)->word;
}

std::optional<EntryKind> event(std::string_view word) {
    const auto* found = std::ranges::find(rows, word, &Row::word);
    return found == rows.end() ? std::nullopt : std::optional(found->event);
}

std::string boot_id() {
    std::ifstream file("/proc/sys/kernel/random/boot_id");
    std::string id;
    std::getline(file, id);
    return id;
}

} // namespace bgs2::history
