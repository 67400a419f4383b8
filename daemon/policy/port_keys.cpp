// SPDX-License-Identifier: Apache-2.0
#include "daemon/policy/port_keys.h"

#include "daemon/policy/unit_name.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace bgs2::policy {
namespace {

struct PortDraft {
    PortSettings settings;
    std::optional<Position> borrow_from; ///< of its value, if it names a unit
    std::optional<Position> window;      ///< of its value, if there is one
};

void read_baud(TomlReader& reader, const TomlValue& value, std::string_view name, PortDraft& draft) {
    using Limits = std::numeric_limits<std::int64_t>;
    const auto baud = reader.integer(value, name, Limits::min(), Limits::max());
    if (!baud)
        return;
    if (std::ranges::find(baud_rates, *baud) == baud_rates.end())
        reader.refuse(value.at,
                      fmt::format("{} must be one of {}, not {}", name, fmt::join(baud_rates, ", "), *baud));
    else
        draft.settings.line.baud = static_cast<unsigned>(*baud);
}

void read_borrow_from(TomlReader& reader, const TomlValue& value, std::string_view name, PortDraft& draft) {
    auto& units = draft.settings.borrow_from;
    const auto elements = reader.list(value, name);
    if (!elements.empty())
        draft.borrow_from = value.at;
    for (const TomlValue& element : elements) {
        const auto unit = reader.text(element, name);
        if (!unit)
            continue;
        if (const auto checked = check_unit_name(*unit); !checked)
            reader.refuse(element.at, fmt::format("{}: {}", name, to_string(checked.error())));
        else if (std::ranges::find(units, *unit) != units.end())
            reader.refuse(element.at, fmt::format("{} names {} twice", name, *unit));
        else
            units.push_back(*unit);
    }
}

void read_window(TomlReader& reader, const TomlValue& value, std::string_view name, PortDraft& draft) {
    const auto text = reader.text(value, name);
    if (!text)
        return;
    draft.window = value.at;
    const auto window = parse_window(*text);
    if (window)
        draft.settings.window = *window;
    else
        reader.refuse(value.at, fmt::format("{}: {}", name, to_string(window.error())));
}

constexpr std::array port_fields{
    TomlField<PortDraft>{"baud", read_baud},
    TomlField<PortDraft>{"flow-control",
                         [](auto& reader, const auto& value, auto name, auto& draft) {
                             reader.choice(value, name, draft.settings.line.flow_control);
                         }},
    TomlField<PortDraft>{"settle",
                         [](auto& reader, const auto& value, auto name, auto& draft) {
                             store(reader.duration(value, name, longest_settle), draft.settings.line.settle);
                         }},
    TomlField<PortDraft>{"use", [](auto& reader, const auto& value, auto name,
                                   auto& draft) { reader.choice(value, name, draft.settings.use); }},
    TomlField<PortDraft>{"borrow-from", read_borrow_from},
    TomlField<PortDraft>{"window", read_window},
};

} // namespace

void read_port(TomlReader& reader, const TomlValue& value, PortSettings& settings) {
    PortDraft draft;
    reader.table(value, "[port]", port_fields, draft);
    if (draft.settings.use == Use::keep) {
        constexpr std::string_view why = " requires use = \"borrow\": a port that is kept is not borrowed";
        if (draft.borrow_from)
            reader.refuse(*draft.borrow_from, fmt::format("[port] borrow-from{}", why));
        if (draft.window)
            reader.refuse(*draft.window, fmt::format("[port] window{}", why));
    }
    settings = std::move(draft.settings);
}

} // namespace bgs2::policy
