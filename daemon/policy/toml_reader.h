// SPDX-License-Identifier: Apache-2.0
// Reads TOML tables by a list of their keys and collects all problems.
#pragma once

#include "daemon/base/words.h"
#include "daemon/policy/glob.h"
#include "daemon/policy/problem.h"
#include "daemon/policy/toml_value.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace bgs2::policy {

class TomlReader;

/// One key of a table and the function that reads its value.
template<class Target>
struct TomlField {
    std::string_view key;
    /// `name` is the name of the value in a problem: "[port] baud".
    void (*read)(TomlReader& reader, const TomlValue& value, std::string_view name, Target& target);
    bool required = false;
};

/// The maximum number of problems that are reported of one file.
inline constexpr std::size_t most_problems = 100;

/// A key as TomlReader checks it.
struct TomlKey {
    std::string_view key;
    bool required = false;
};

/// The getters return nothing and record a problem if a value is invalid.
class TomlReader {
  public:
    explicit TomlReader(std::string_view file_name)
      : file_name_(file_name) {}

    void refuse(Position at, std::string_view what);

    std::optional<std::string> text(const TomlValue& value, std::string_view name);
    std::optional<std::int64_t> integer(const TomlValue& value, std::string_view name, std::int64_t lowest,
                                        std::int64_t highest);
    std::optional<bool> boolean(const TomlValue& value, std::string_view name);
    /// The elements of a list, of any kind; valid as long as `value`.
    std::span<const TomlValue> list(const TomlValue& value, std::string_view name);
    /// A text such as "100ms", from zero to `longest`.
    std::optional<std::chrono::milliseconds> duration(const TomlValue& value, std::string_view name,
                                                      std::chrono::milliseconds longest);
    /// A pattern, or a list of at least one.
    std::optional<Patterns> patterns(const TomlValue& value, std::string_view name);
    /// A table of them with keys of any name; returns the valid ones.
    std::map<std::string, Patterns, std::less<>> pattern_table(const TomlValue& value, std::string_view name);

    /// The index of one of the `words`.
    std::optional<std::size_t> choice(const TomlValue& value, std::string_view name,
                                      std::span<const std::string_view> words);
    /// The value of an enumeration whose word is the text.
    template<HasWords E>
    std::optional<E> choice(const TomlValue& value, std::string_view name) {
        return choice(value, name, words_of<E>).transform([](std::size_t index) {
            return values_of<E>.at(index);
        });
    }
    template<HasWords E>
    void choice(const TomlValue& value, std::string_view name, E& target) {
        target = choice<E>(value, name).value_or(target);
    }

    /// Reads a table: each key with the field of that name. An unknown key and a missing required key are
    /// problems. `where` is the name of the table: "[port]", empty for the top level.
    template<class Target>
    void table(const TomlValue& value, std::string_view where,
               std::type_identity_t<std::span<const TomlField<Target>>> fields, Target& target);

    /// The tables of an array of tables, each with its name: "[[slot]] #2".
    std::vector<std::pair<std::string, const TomlValue*>> tables(const TomlValue& value,
                                                                 std::string_view name);

    /// The recorded problems, in the order of the text: at most most_problems, and then one that counts the
    /// others. A file that is no policy can have one on each line, which neither a log nor a bus can take.
    [[nodiscard]] Problems problems() const;

  private:
    void refuse_kind(const TomlValue& value, std::string_view name, std::string_view wanted);
    /// The entries, if it is a table; checks their keys.
    const TomlTable* entries(const TomlValue& value, std::string_view where, std::span<const TomlKey> known);

    std::string file_name_;
    Problems problems_;
};

template<class Target>
void TomlReader::table(const TomlValue& value, std::string_view where,
                       std::type_identity_t<std::span<const TomlField<Target>>> fields, Target& target) {
    std::vector<TomlKey> known;
    for (const auto& field : fields)
        known.push_back({.key = field.key, .required = field.required});
    const TomlTable* table = entries(value, where, known);
    if (table == nullptr)
        return;
    for (const TomlEntry& entry : *table) {
        const auto field = std::ranges::find(fields, std::string_view(entry.key), &TomlField<Target>::key);
        if (field != fields.end())
            field->read(*this, entry.value, where.empty() ? entry.key : std::string(where) + ' ' + entry.key,
                        target);
    }
}

/// Stores a value if there is one; most fields use it with a getter.
template<class Value, class Target>
void store(std::optional<Value> value, Target& target) {
    if (value)
        target = std::move(*value);
}

} // namespace bgs2::policy
