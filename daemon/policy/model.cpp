#include "daemon/policy/model.h"

#include <algorithm>

namespace bgs2::policy {
namespace {

template<class Value>
struct Row {
    Value value;
    std::string_view word;
};

constexpr std::array flow_control_rows{
    Row{FlowControl::automatic, "auto"},
    Row{FlowControl::none, "none"},
    Row{FlowControl::rts_cts, "rts-cts"},
};
static_assert(flow_control_rows.size() == flow_controls.size());

constexpr std::array mode_rows{
    Row{Mode::automatic, "auto"},
    Row{Mode::manual, "manual"},
    Row{Mode::report, "report"},
    Row{Mode::ignore, "ignore"},
};
static_assert(mode_rows.size() == modes.size());

} // namespace

std::string_view word(FlowControl flow_control) {
    return std::ranges::find(flow_control_rows, flow_control, &Row<FlowControl>::value)->word;
}

std::string_view word(Mode mode) {
    return std::ranges::find(mode_rows, mode, &Row<Mode>::value)->word;
}

std::optional<FlowControl> flow_control(std::string_view word) {
    const auto* found = std::ranges::find(flow_control_rows, word, &Row<FlowControl>::word);
    if (found == flow_control_rows.end())
        return std::nullopt;
    return found->value;
}

std::optional<Mode> mode(std::string_view word) {
    const auto* found = std::ranges::find(mode_rows, word, &Row<Mode>::word);
    if (found == mode_rows.end())
        return std::nullopt;
    return found->value;
}

} // namespace bgs2::policy
