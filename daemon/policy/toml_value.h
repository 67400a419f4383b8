// SPDX-License-Identifier: Apache-2.0
// The values of a TOML file, each with its place in the text.
#pragma once

#include "daemon/policy/problem.h"

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace bgs2::policy {

struct TomlEntry;
struct TomlValue;

using TomlList = std::vector<TomlValue>;
using TomlTable = std::vector<TomlEntry>; ///< in no particular order; no key twice

/// A date, a time or both: no key of ours takes one, so which one it is does not matter.
struct TomlDate {};

struct TomlValue {
    Position at;
    std::variant<std::string, std::int64_t, double, bool, TomlDate, TomlList, TomlTable> value;
};

struct TomlEntry {
    std::string key;
    Position at; ///< of the key
    TomlValue value;
};

/// What a value is, with its article: "an integer".
std::string_view kind(const TomlValue& value);

/// The table that the whole text is. `file_name` is for the problem only: the first, if the text is not TOML.
/// Throws nothing but std::bad_alloc.
std::expected<TomlValue, Problem> read_toml(std::string_view text, std::string_view file_name);

} // namespace bgs2::policy
