// SPDX-License-Identifier: Apache-2.0
#include "daemon/modem/modem_record.h"

#include "daemon/policy/toml_reader.h"

#include <fmt/format.h>

#include <array>
#include <limits>
#include <optional>

namespace bgs2 {
namespace {

using policy::TomlField;
using policy::TomlReader;

/// Only this slot of a store can hold a private key (protocol.md §3, families.md §1).
bool takes_key(const SlotAddress& address) {
    return address.slot == client_slot && address.store != Store::management;
}

struct SlotDraft {
    SlotAddress address;
    SlotRecord record;
};

std::chrono::sys_seconds to_time(std::int64_t seconds) {
    return std::chrono::sys_seconds(std::chrono::seconds(seconds));
}

void read_time(TomlReader& reader, const policy::TomlValue& value, std::string_view name,
               std::chrono::sys_seconds& time) {
    if (const auto seconds = reader.integer(value, name, 0, std::numeric_limits<std::int64_t>::max()))
        time = to_time(*seconds);
}

constexpr std::array slot_fields{
    TomlField<SlotDraft>{"store",
                         [](auto& reader, const auto& value, auto name, auto& draft) {
                             reader.choice(value, name, draft.address.store);
                         },
                         true},
    TomlField<SlotDraft>{"slot",
                         [](auto& reader, const auto& value, auto name, auto& draft) {
                             if (const auto slot = reader.integer(value, name, 0, highest_slot))
                                 draft.address.slot = static_cast<unsigned>(*slot);
                         },
                         true},
    TomlField<SlotDraft>{"sha1",
                         [](auto& reader, const auto& value, auto name, auto& draft) {
                             policy::store(reader.text(value, name), draft.record.content.certificate.sha1);
                         },
                         true},
    TomlField<SlotDraft>{"sha256",
                         [](auto& reader, const auto& value, auto name, auto& draft) {
                             policy::store(reader.text(value, name), draft.record.content.certificate.sha256);
                         },
                         true},
    TomlField<SlotDraft>{"key",
                         [](auto& reader, const auto& value, auto name, auto& draft) {
                             policy::store(reader.text(value, name), draft.record.content.key);
                         },
                         true},
    TomlField<SlotDraft>{"time",
                         [](auto& reader, const auto& value, auto name, auto& draft) {
                             read_time(reader, value, name, draft.record.when);
                         },
                         true},
    TomlField<SlotDraft>{"stored",
                         [](auto& reader, const auto& value, auto name, auto& draft) {
                             policy::store(reader.boolean(value, name), draft.record.stored);
                         },
                         true},
};

constexpr std::array last_seen_fields{
    TomlField<LastSeen>{"place",
                        [](auto& reader, const auto& value, auto name, auto& seen) {
                            policy::store(reader.text(value, name), seen.place);
                        },
                        true},
    TomlField<LastSeen>{"manufacturer",
                        [](auto& reader, const auto& value, auto name, auto& seen) {
                            policy::store(reader.text(value, name), seen.manufacturer);
                        },
                        true},
    TomlField<LastSeen>{"model",
                        [](auto& reader, const auto& value, auto name, auto& seen) {
                            policy::store(reader.text(value, name), seen.model);
                        },
                        true},
    TomlField<LastSeen>{"revision",
                        [](auto& reader, const auto& value, auto name, auto& seen) {
                            policy::store(reader.text(value, name), seen.revision);
                        },
                        true},
};

constexpr std::array record_fields{
    TomlField<ModemRecord>{"place",
                           [](auto& reader, const auto& value, auto name, auto& record) {
                               policy::store(reader.text(value, name), record.place);
                           },
                           true},
    TomlField<ModemRecord>{"last-provisioned",
                           [](auto& reader, const auto& value, auto name, auto& record) {
                               read_time(reader, value, name, record.last_provisioned);
                           },
                           true},
    TomlField<ModemRecord>{"last-seen",
                           [](auto& reader, const auto& value, auto /*name*/, auto& record) {
                               reader.table(value, "[last-seen]", last_seen_fields, record.last_seen);
                           }},
    TomlField<ModemRecord>{"slot",
                           [](auto& reader, const auto& value, auto name, auto& record) {
                               for (const auto& [where, table] : reader.tables(value, name)) {
                                   SlotDraft draft;
                                   reader.table(*table, where, slot_fields, draft);
                                   record.slots.emplace(draft.address, draft.record);
                               }
                           }},
};

bool holds_another(const SlotRecord& record, const sbnw::Slot& slot) {
    if (slot.empty() || slot.corrupted)
        return !record.content.certificate.sha1.empty();
    return record.content.certificate.sha1.empty() ||
           match(record.content.certificate, slot) == CertificateMatch::different;
}

} // namespace

bool ModemRecord::reconcile(const sbnw::Inventory& present) {
    return std::erase_if(slots, [&present](const auto& entry) {
               const auto& [address, record] = entry;
               const auto slot = present.find(address);
               return record.stored && slot != present.end() && holds_another(record, slot->second);
           }) > 0;
}

bool ModemRecord::note_change(const SlotAddress& address, const sbnw::Slot& now) {
    const auto found = slots.find(address);
    if (found == slots.end() || !found->second.stored ||
        match(found->second.content.certificate, now) != CertificateMatch::unverifiable)
        return false;
    slots.erase(found);
    return true;
}

KeyStatus key_status(const SlotAddress& address, const sbnw::Slot& slot, const SlotRecords& records) {
    if (slot.empty() || slot.corrupted)
        return KeyStatus::none;
    const auto found = records.find(address);
    if (found == records.end() || holds_another(found->second, slot))
        return takes_key(address) ? KeyStatus::unknown : KeyStatus::none;
    const SlotRecord& record = found->second;
    if (record.stored)
        return record.content.key.empty() ? KeyStatus::none : KeyStatus::written;
    return takes_key(address) || !record.content.key.empty() ? KeyStatus::unknown : KeyStatus::none;
}

bool was_written(const SlotAddress& address, const SlotContent& content, const SlotRecords& records) {
    const auto found = records.find(address);
    return found != records.end() && found->second.stored && found->second.content == content;
}

std::string to_toml(const ModemRecord& record) {
    const auto seconds = [](std::chrono::sys_seconds time) { return time.time_since_epoch().count(); };
    std::string text = fmt::format("# What bgs2d wrote into this modem, see bgs2d(8).\n"
                                   "place = {}\nlast-provisioned = {}\n",
                                   policy::toml_string(record.place), seconds(record.last_provisioned));
    if (const LastSeen& seen = record.last_seen; !seen.place.empty())
        text += fmt::format("\n[last-seen]\nplace = {}\nmanufacturer = {}\nmodel = {}\nrevision = {}\n",
                            policy::toml_string(seen.place), policy::toml_string(seen.manufacturer),
                            policy::toml_string(seen.model), policy::toml_string(seen.revision));
    for (const auto& [address, slot] : record.slots)
        text += fmt::format(
            "\n[[slot]]\nstore = \"{}\"\nslot = {}\nsha1 = \"{}\"\nsha256 = \"{}\"\nkey = \"{}\"\n"
            "time = {}\nstored = {}\n",
            word(address.store), address.slot, slot.content.certificate.sha1, slot.content.certificate.sha256,
            slot.content.key, seconds(slot.when), slot.stored);
    return text;
}

std::expected<ModemRecord, policy::Problem> parse_record(std::string_view text, std::string_view file_name) {
    const auto document = policy::read_toml(text, file_name);
    if (!document)
        return std::unexpected(document.error());
    TomlReader reader(file_name);
    ModemRecord record;
    reader.table(*document, "", record_fields, record);
    if (const auto problems = reader.problems(); !problems.empty())
        return std::unexpected(problems.front());
    return record;
}

} // namespace bgs2
