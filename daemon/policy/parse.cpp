#include "daemon/policy/parse.h"

#include "daemon/policy/toml_reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

namespace bgs2::policy {
namespace {

/// A [[slot]] and what its place among the others is judged by.
struct SlotDraft {
    std::string where;
    SlotRule rule;
    std::optional<Position> index; ///< of a good index only
    std::optional<Position> private_key;
};

struct Draft {
    Policy policy;
    std::vector<SlotDraft> slots;
};

std::optional<Source> source(TomlReader& reader, const TomlValue& value, std::string_view name) {
    const auto text = reader.text(value, name);
    if (!text)
        return std::nullopt;
    auto source = parse_source(*text);
    if (!source) {
        reader.refuse(value.at, fmt::format("{}: {}", name, to_string(source.error())));
        return std::nullopt;
    }
    return *source;
}

void read_baud(TomlReader& reader, const TomlValue& value, std::string_view name, at::LineSettings& port) {
    using Limits = std::numeric_limits<std::int64_t>;
    const auto baud = reader.integer(value, name, Limits::min(), Limits::max());
    if (!baud)
        return;
    if (std::ranges::find(baud_rates, *baud) == baud_rates.end())
        reader.refuse(value.at,
                      fmt::format("{} must be one of {}, not {}", name, fmt::join(baud_rates, ", "), *baud));
    else
        port.baud = static_cast<unsigned>(*baud);
}

void read_index(TomlReader& reader, const TomlValue& value, std::string_view name, SlotDraft& slot) {
    if (const auto index = reader.integer(value, name, 0, highest_slot)) {
        slot.rule.index = static_cast<std::uint16_t>(*index);
        slot.index = value.at;
    }
}

constexpr std::array match_fields{
    TomlField<Match>{"model", [](auto& reader, const auto& value, auto name,
                                 auto& match) { store(reader.patterns(value, name), match.model); }},
    TomlField<Match>{"imei", [](auto& reader, const auto& value, auto name,
                                auto& match) { store(reader.patterns(value, name), match.imei); }},
    TomlField<Match>{"port", [](auto& reader, const auto& value, auto name,
                                auto& match) { store(reader.patterns(value, name), match.port); }},
    TomlField<Match>{"property", [](auto& reader, const auto& value, auto name,
                                    auto& match) { match.properties = reader.pattern_table(value, name); }},
};

constexpr std::array port_fields{
    TomlField<at::LineSettings>{"baud", read_baud},
    TomlField<at::LineSettings>{"flow-control",
                                [](auto& reader, const auto& value, auto name, auto& port) {
                                    store(reader.choice(value, name, at::flow_controls), port.flow_control);
                                }},
    TomlField<at::LineSettings>{"settle",
                                [](auto& reader, const auto& value, auto name, auto& port) {
                                    store(reader.duration(value, name, longest_settle), port.settle);
                                }},
};

constexpr std::array provision_fields{
    TomlField<Policy>{"mode", [](auto& reader, const auto& value, auto name,
                                 auto& policy) { store(reader.choice(value, name, modes), policy.mode); }},
};

constexpr std::array slot_fields{
    TomlField<SlotDraft>{"index", read_index, true},
    TomlField<SlotDraft>{"certificate",
                         [](auto& reader, const auto& value, auto name, auto& slot) {
                             store(source(reader, value, name), slot.rule.certificate);
                         },
                         true},
    TomlField<SlotDraft>{"private-key",
                         [](auto& reader, const auto& value, auto name, auto& slot) {
                             store(source(reader, value, name), slot.rule.private_key);
                             slot.private_key = value.at;
                         }},
    TomlField<SlotDraft>{"passphrase",
                         [](auto& reader, const auto& value, auto name, auto& slot) {
                             store(source(reader, value, name), slot.rule.passphrase);
                         }},
    TomlField<SlotDraft>{"format",
                         [](auto& reader, const auto& value, auto name, auto& slot) {
                             store(reader.choice(value, name, pki::certificate_formats), slot.rule.format);
                         }},
    TomlField<SlotDraft>{"key-format",
                         [](auto& reader, const auto& value, auto name, auto& slot) {
                             store(reader.choice(value, name, pki::key_formats), slot.rule.key_format);
                         }},
};

void read_slots(TomlReader& reader, const TomlValue& value, std::string_view name, Draft& draft) {
    for (const auto& [where, table] : reader.tables(value, name)) {
        SlotDraft& slot = draft.slots.emplace_back();
        slot.where = where;
        reader.table(*table, where, slot_fields, slot);
    }
}

constexpr std::array file_fields{
    TomlField<Draft>{"match",
                     [](auto& reader, const auto& value, auto, auto& draft) {
                         reader.table(value, "[match]", match_fields, draft.policy.match);
                     }},
    TomlField<Draft>{"port",
                     [](auto& reader, const auto& value, auto, auto& draft) {
                         reader.table(value, "[port]", port_fields, draft.policy.port);
                     }},
    TomlField<Draft>{"provision",
                     [](auto& reader, const auto& value, auto, auto& draft) {
                         reader.table(value, "[provision]", provision_fields, draft.policy);
                     }},
    TomlField<Draft>{"slot", read_slots},
};

void check_slots(TomlReader& reader, const std::vector<SlotDraft>& slots) {
    std::array<const SlotDraft*, highest_slot + 1> taken{};
    for (const SlotDraft& slot : slots) {
        if (!slot.index)
            continue;
        const SlotDraft*& first = taken.at(slot.rule.index);
        if (first != nullptr)
            reader.refuse(*slot.index, fmt::format("{} index {} is the one of {} already", slot.where,
                                                   slot.rule.index, first->where));
        else
            first = &slot;
        if (slot.private_key && slot.rule.index != client_slot)
            reader.refuse(*slot.private_key,
                          fmt::format("{} private-key: only slot {} takes a private key, not slot {}",
                                      slot.where, client_slot, slot.rule.index));
    }
}

} // namespace

std::expected<Policy, Problems> parse(std::string_view text, std::string_view file_name) {
    const auto file = read_toml(text, file_name);
    if (!file)
        return std::unexpected(Problems{file.error()});

    TomlReader reader(file_name);
    Draft draft;
    draft.policy.file = file_name;
    draft.policy.name = draft.policy.file.stem();
    reader.table(*file, "", file_fields, draft);
    check_slots(reader, draft.slots);
    if (Problems problems = reader.problems(); !problems.empty())
        return std::unexpected(std::move(problems));

    for (SlotDraft& slot : draft.slots)
        draft.policy.slots.push_back(std::move(slot.rule));
    std::ranges::sort(draft.policy.slots, {}, &SlotRule::index);
    return std::move(draft.policy);
}

} // namespace bgs2::policy
