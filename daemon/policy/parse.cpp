// SPDX-License-Identifier: Apache-2.0
#include "daemon/policy/parse.h"

#include "daemon/base/bytes.h"
#include "daemon/policy/port_keys.h"
#include "daemon/policy/toml_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

namespace bgs2::policy {
namespace {

/// A [[slot]] and the positions that checks across slots report.
struct SlotDraft {
    std::string where;
    SlotRule rule;
    std::optional<Position> index; ///< of a valid index only
    std::optional<Position> private_key;
    bool store_is_good = true;
};

/// A source of `readable` and its position.
struct Readable {
    Source source;
    Position at;
};

struct Draft {
    Policy policy;
    std::vector<SlotDraft> slots;
    std::vector<Readable> readable;
    Position erase_unlisted; ///< of its value, if there is one
};

std::optional<Source> any_source(TomlReader& reader, const TomlValue& value, std::string_view name) {
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

/// Certificates and passphrases are read from files, not from tokens.
std::optional<Source> source(TomlReader& reader, const TomlValue& value, std::string_view name) {
    auto source = any_source(reader, value, name);
    if (source && source->kind == SourceKind::pkcs11) {
        reader.refuse(value.at, fmt::format("{} cannot be on a token, only private-key and the key of sign "
                                            "can; use an absolute path or credential:NAME",
                                            name));
        return std::nullopt;
    }
    return source;
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

constexpr std::array sign_fields{
    TomlField<Sign>{"key",
                    [](auto& reader, const auto& value, auto name, auto& sign) {
                        store(any_source(reader, value, name), sign.key);
                    },
                    true},
    TomlField<Sign>{"passphrase", [](auto& reader, const auto& value, auto name,
                                     auto& sign) { store(source(reader, value, name), sign.passphrase); }},
    TomlField<Sign>{"digest", [](auto& reader, const auto& value, auto name,
                                 auto& sign) { reader.choice(value, name, sign.digest); }},
    TomlField<Sign>{"imei", [](auto& reader, const auto& value, auto name,
                               auto& sign) { store(reader.boolean(value, name), sign.imei); }},
};

void read_readable(TomlReader& reader, const TomlValue& value, std::string_view name, Draft& draft) {
    for (const TomlValue& element : reader.list(value, name)) {
        if (auto secret = source(reader, element, name))
            draft.readable.push_back({.source = std::move(*secret), .at = element.at});
    }
}

constexpr std::array provision_fields{
    TomlField<Draft>{"mode", [](auto& reader, const auto& value, auto name,
                                auto& draft) { reader.choice(value, name, draft.policy.mode); }},
    TomlField<Draft>{"erase-unlisted",
                     [](auto& reader, const auto& value, auto name, auto& draft) {
                         store(reader.boolean(value, name), draft.policy.erase_unlisted);
                         draft.erase_unlisted = value.at;
                     }},
    TomlField<Draft>{"renew-before",
                     [](auto& reader, const auto& value, auto name, auto& draft) {
                         store(reader.duration(value, name, longest_renew_before), draft.policy.renew_before);
                     }},
    TomlField<Draft>{"verify-every",
                     [](auto& reader, const auto& value, auto name, auto& draft) {
                         store(reader.duration(value, name, longest_verify_every), draft.policy.verify_every);
                     }},
    TomlField<Draft>{"require-clock",
                     [](auto& reader, const auto& value, auto name, auto& draft) {
                         store(reader.boolean(value, name), draft.policy.require_clock);
                     }},
    TomlField<Draft>{"family-limits",
                     [](auto& reader, const auto& value, auto name, auto& draft) {
                         reader.choice(value, name, draft.policy.family_limits);
                     }},
    TomlField<Draft>{"bind", [](auto& reader, const auto& value, auto name,
                                auto& draft) { reader.choice(value, name, draft.policy.bind); }},
    TomlField<Draft>{"readable", read_readable},
    TomlField<Draft>{"sign",
                     [](auto& reader, const auto& value, auto name, auto& draft) {
                         reader.table(value, name, sign_fields, draft.policy.sign.emplace());
                     }},
};

void read_store(TomlReader& reader, const TomlValue& value, std::string_view name, SlotDraft& slot) {
    const auto chosen = reader.choice<Store>(value, name);
    slot.store_is_good = chosen.has_value();
    store(chosen, slot.rule.store);
}

constexpr std::array slot_fields{
    TomlField<SlotDraft>{"index", read_index, true},
    TomlField<SlotDraft>{"store", read_store},
    TomlField<SlotDraft>{"certificate",
                         [](auto& reader, const auto& value, auto name, auto& slot) {
                             store(source(reader, value, name), slot.rule.certificate);
                         },
                         true},
    TomlField<SlotDraft>{"private-key",
                         [](auto& reader, const auto& value, auto name, auto& slot) {
                             store(any_source(reader, value, name), slot.rule.private_key);
                             slot.private_key = value.at;
                         }},
    TomlField<SlotDraft>{"passphrase",
                         [](auto& reader, const auto& value, auto name, auto& slot) {
                             store(source(reader, value, name), slot.rule.passphrase);
                         }},
    TomlField<SlotDraft>{"format", [](auto& reader, const auto& value, auto name,
                                      auto& slot) { reader.choice(value, name, slot.rule.format); }},
    TomlField<SlotDraft>{"key-format", [](auto& reader, const auto& value, auto name,
                                          auto& slot) { reader.choice(value, name, slot.rule.key_format); }},
};

void read_slots(TomlReader& reader, const TomlValue& value, std::string_view name, Draft& draft) {
    for (const auto& [where, table] : reader.tables(value, name)) {
        SlotDraft& slot = draft.slots.emplace_back();
        slot.where = where;
        reader.table(*table, where, slot_fields, slot);
    }
}

void read_match(TomlReader& reader, const TomlValue& value, std::string_view, Draft& draft) {
    // As an empty list of patterns: it would match every modem, which its author hardly means.
    const auto* entries = std::get_if<TomlTable>(&value.value);
    if (entries != nullptr && entries->empty())
        reader.refuse(value.at, "[match] is empty; omit it to match every modem");
    reader.table(value, "[match]", match_fields, draft.policy.match);
}

constexpr std::array file_fields{
    TomlField<Draft>{"match", read_match},
    TomlField<Draft>{"port", [](auto& reader, const auto& value, auto,
                                auto& draft) { read_port(reader, value, draft.policy.port); }},
    TomlField<Draft>{"provision",
                     [](auto& reader, const auto& value, auto, auto& draft) {
                         reader.table(value, "[provision]", provision_fields, draft);
                     }},
    TomlField<Draft>{"slot", read_slots},
};

void check_slots(TomlReader& reader, const std::vector<SlotDraft>& slots) {
    std::map<SlotAddress, std::string_view> taken;
    for (const SlotDraft& slot : slots) {
        if (!slot.index || !slot.store_is_good)
            continue;
        const SlotAddress address = slot.rule.address();
        const auto [first, is_new] = taken.emplace(address, slot.where);
        if (!is_new)
            reader.refuse(*slot.index, fmt::format("{} index {} is already used by {}", slot.where,
                                                   slot.rule.index, first->second));
        if (slot.private_key && address != client_address)
            reader.refuse(*slot.private_key,
                          fmt::format("{} private-key: only {} takes a private key, not {}", slot.where,
                                      to_string(client_address), to_string(address)));
    }
}

/// A policy without slots erases the whole store; a file that was cut off looks like that.
void check_erasing(TomlReader& reader, const Draft& draft) {
    const auto is_kept = [](const SlotDraft& slot) {
        return slot.rule.store == Store::tls || !slot.store_is_good;
    };
    if (draft.policy.erase_unlisted && std::ranges::none_of(draft.slots, is_kept))
        reader.refuse(
            draft.erase_unlisted,
            fmt::format("[provision] erase-unlisted would erase every slot of {}: no [[slot]] names "
                        "one; add a [[slot]] for each slot to keep",
                        word(Store::tls)));
}

/// The sources from which a policy may read secrets. A certificate file can be a PKCS#12.
class Secrets {
  public:
    explicit Secrets(const Draft& draft) {
        for (const SlotDraft& slot : draft.slots) {
            add(slot.rule.certificate);
            add(slot.rule.private_key);
            add(slot.rule.passphrase);
        }
        if (draft.policy.sign) {
            add(draft.policy.sign->key);
            add(draft.policy.sign->passphrase);
        }
    }

    /// Whether it is one of them, or a file with the PIN of a token.
    [[nodiscard]] bool contain(const Source& source) const {
        return names_.contains(to_string(source)) ||
               std::ranges::any_of(uris_, [&](std::string_view uri) { return uri.contains(source.name); });
    }

  private:
    void add(const std::optional<Source>& source) {
        if (!source)
            return;
        if (names_.insert(to_string(*source)).second && source->kind == SourceKind::pkcs11 &&
            source->name.contains("pin-source="))
            uris_.push_back(source->name);
    }

    std::set<std::string> names_;
    std::vector<std::string> uris_; ///< those that name a file
};

void check_readable(TomlReader& reader, const Draft& draft) {
    const Secrets secrets(draft);
    for (const auto& [source, at] : draft.readable) {
        if (!secrets.contain(source))
            reader.refuse(at, "[provision] readable: this policy reads no secret from this source; write it "
                              "exactly as the private-key, passphrase, key or certificate that reads it");
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
    draft.policy.name = printable(draft.policy.file.stem().string());
    reader.table(*file, "", file_fields, draft);
    check_slots(reader, draft.slots);
    check_erasing(reader, draft);
    check_readable(reader, draft);
    if (Problems problems = reader.problems(); !problems.empty())
        return std::unexpected(std::move(problems));

    for (SlotDraft& slot : draft.slots)
        draft.policy.slots.push_back(std::move(slot.rule));
    for (Readable& readable : draft.readable)
        draft.policy.readable.push_back(std::move(readable.source));
    std::ranges::sort(draft.policy.slots, {}, &SlotRule::address);
    return std::move(draft.policy);
}

} // namespace bgs2::policy
