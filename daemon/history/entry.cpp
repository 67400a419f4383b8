#include "daemon/history/entry.h"

#include <algorithm>
#include <array>
#include <fstream>

namespace bgs2::history {
namespace {

struct Row {
    Event event;
    std::string_view word;
};

constexpr std::array rows{Row{Event::state, "state"}, Row{Event::write, "write"}, Row{Event::erase, "erase"},
                          Row{Event::drift, "drift"}, Row{Event::gap, "gap"}};

} // namespace

std::string_view word(Event event) {
    return std::ranges::find(rows, event, &Row::event)->word;
}

std::optional<Event> event(std::string_view word) {
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
