// SPDX-License-Identifier: Apache-2.0
#include "daemon/policy/toml_reader.h"

#include "daemon/base/bytes.h"
#include "daemon/base/nearest.h"
#include "daemon/policy/duration.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <tuple>

namespace bgs2::policy {
namespace {

constexpr std::string_view duration_example = R"(a time such as "100ms" or "2s")";

bool is_list_of_tables(const TomlValue& value) {
    const auto* list = std::get_if<TomlList>(&value.value);
    return list != nullptr && !list->empty() && std::ranges::all_of(*list, [](const TomlValue& element) {
               return std::holds_alternative<TomlTable>(element.value);
           });
}

std::string describe_unknown(const TomlEntry& entry, std::string_view where, std::span<const TomlKey> known) {
    std::vector<std::string_view> keys;
    for (const TomlKey& each : known)
        keys.push_back(each.key);
    const bool table = std::holds_alternative<TomlTable>(entry.value.value) || is_list_of_tables(entry.value);
    // Longer ones are no typing errors; they can be lines of a key that was pasted into the file.
    constexpr std::size_t longest_quoted_key = 40;
    std::string what =
        fmt::format("unknown {}{}{}{}", table ? "table" : "key",
                    entry.key.size() > longest_quoted_key ? "" : fmt::format(" {:?}", entry.key),
                    where.empty() ? "" : " in ", where);
    if (const auto meant = nearest(entry.key, keys))
        return what + fmt::format("; did you mean {:?}?", *meant);
    return what + fmt::format("; valid keys: {}", fmt::join(keys, ", "));
}

} // namespace

void TomlReader::refuse(Position at, std::string_view what) {
    problems_.push_back(
        {.file = printable(file_name_), .line = at.line, .column = at.column, .what = printable(what)});
}

void TomlReader::refuse_kind(const TomlValue& value, std::string_view name, std::string_view wanted) {
    refuse(value.at, fmt::format("{} must be {}, not {}", name, wanted, kind(value)));
}

std::optional<std::string> TomlReader::text(const TomlValue& value, std::string_view name) {
    const auto* text = std::get_if<std::string>(&value.value);
    if (text == nullptr) {
        refuse_kind(value, name, "a string");
        return std::nullopt;
    }
    return *text;
}

std::optional<std::int64_t> TomlReader::integer(const TomlValue& value, std::string_view name,
                                                std::int64_t lowest, std::int64_t highest) {
    const auto* integer = std::get_if<std::int64_t>(&value.value);
    if (integer == nullptr) {
        refuse_kind(value, name, "an integer");
        return std::nullopt;
    }
    if (*integer < lowest || *integer > highest) {
        refuse(value.at, fmt::format("{} must be from {} to {}, not {}", name, lowest, highest, *integer));
        return std::nullopt;
    }
    return *integer;
}

std::optional<bool> TomlReader::boolean(const TomlValue& value, std::string_view name) {
    const auto* boolean = std::get_if<bool>(&value.value);
    if (boolean == nullptr) {
        refuse_kind(value, name, "true or false");
        return std::nullopt;
    }
    return *boolean;
}

std::span<const TomlValue> TomlReader::list(const TomlValue& value, std::string_view name) {
    const auto* list = std::get_if<TomlList>(&value.value);
    if (list == nullptr) {
        refuse_kind(value, name, "a list");
        return {};
    }
    return *list;
}

std::optional<std::chrono::milliseconds> TomlReader::duration(const TomlValue& value, std::string_view name,
                                                              std::chrono::milliseconds longest) {
    const auto* text = std::get_if<std::string>(&value.value);
    if (text == nullptr) {
        refuse_kind(value, name, duration_example);
        return std::nullopt;
    }
    const auto duration = parse_duration(*text);
    if (!duration)
        refuse(value.at, fmt::format("{} must be {}, not {:?}", name, duration_example, *text));
    else if (*duration > longest)
        refuse(value.at, fmt::format("{} must be at most {}, not {}", name, to_string(longest), *text));
    else
        return duration;
    return std::nullopt;
}

std::optional<Patterns> TomlReader::patterns(const TomlValue& value, std::string_view name) {
    constexpr std::string_view wanted = "a string or a list of strings";
    Patterns result{.list = {}, .line = value.at.line};
    bool good = true;
    const auto add = [&](const TomlValue& element, std::string_view element_wanted) {
        const auto* text = std::get_if<std::string>(&element.value);
        if (text == nullptr)
            refuse_kind(element, name, element_wanted);
        else if (text->contains('\0'))
            refuse(element.at, fmt::format("{} cannot contain a NUL", name));
        else {
            result.list.push_back(*text);
            return;
        }
        good = false;
    };
    if (const auto* list = std::get_if<TomlList>(&value.value)) {
        if (list->empty()) {
            refuse(value.at, fmt::format("{} is an empty list; omit it to match any value", name));
            return std::nullopt;
        }
        for (const TomlValue& element : *list)
            add(element, "a list of strings only");
    } else {
        add(value, wanted);
    }
    return good ? std::optional(std::move(result)) : std::nullopt;
}

std::map<std::string, Patterns, std::less<>> TomlReader::pattern_table(const TomlValue& value,
                                                                       std::string_view name) {
    std::map<std::string, Patterns, std::less<>> result;
    const auto* table = std::get_if<TomlTable>(&value.value);
    if (table == nullptr) {
        refuse_kind(value, name, R"(a table such as { ID_BUS = "usb" })");
        return result;
    }
    if (table->empty())
        refuse(value.at, fmt::format("{} is an empty table; omit it to match any value", name));
    for (const TomlEntry& entry : *table) {
        if (auto read = patterns(entry.value, fmt::format("{} {}", name, entry.key)))
            result.emplace(entry.key, std::move(*read));
    }
    return result;
}

std::optional<std::size_t> TomlReader::choice(const TomlValue& value, std::string_view name,
                                              std::span<const std::string_view> words) {
    const std::string wanted = fmt::format("one of {}", fmt::join(words, ", "));
    const auto* text = std::get_if<std::string>(&value.value);
    if (text == nullptr) {
        refuse_kind(value, name, wanted);
        return std::nullopt;
    }
    const auto found = std::ranges::find(words, std::string_view(*text));
    if (found == words.end()) {
        refuse(value.at, fmt::format("{} must be {}, not {:?}", name, wanted, *text));
        return std::nullopt;
    }
    return static_cast<std::size_t>(found - words.begin());
}

std::vector<std::pair<std::string, const TomlValue*>> TomlReader::tables(const TomlValue& value,
                                                                         std::string_view name) {
    std::vector<std::pair<std::string, const TomlValue*>> result;
    const auto* list = std::get_if<TomlList>(&value.value);
    if (list == nullptr) {
        refuse(value.at, fmt::format("{0} must be an array of tables, each written as [[{0}]]", name));
        return result;
    }
    for (const TomlValue& element : *list)
        result.emplace_back(fmt::format("[[{}]] #{}", name, result.size() + 1), &element);
    return result;
}

const TomlTable* TomlReader::entries(const TomlValue& value, std::string_view where,
                                     std::span<const TomlKey> known) {
    const auto* table = std::get_if<TomlTable>(&value.value);
    if (table == nullptr) {
        refuse_kind(value, where, "a table");
        return nullptr;
    }
    for (const TomlEntry& entry : *table) {
        if (std::ranges::find(known, std::string_view(entry.key), &TomlKey::key) == known.end())
            refuse(entry.at, describe_unknown(entry, where, known));
    }
    for (const TomlKey& key : known) {
        if (key.required && std::ranges::find(*table, key.key, &TomlEntry::key) == table->end())
            refuse(value.at, fmt::format("{} requires {}", where, key.key));
    }
    return table;
}

Problems TomlReader::problems() const {
    Problems sorted = problems_;
    std::ranges::stable_sort(sorted, {},
                             [](const Problem& each) { return std::tuple(each.line, each.column); });
    if (const std::size_t all = sorted.size(); all > most_problems) {
        sorted.resize(most_problems);
        sorted.push_back(problem_of(file_name_, fmt::format("{} more errors", all - most_problems)));
    }
    return sorted;
}

} // namespace bgs2::policy
