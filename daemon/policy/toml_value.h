// SPDX-License-Identifier: Apache-2.0
// The values of a TOML file, each with its position in the text.
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

/// A date, a time or both: no key accepts one, so its value does not matter.
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

/// The type of a value, with its article: "an integer".
std::string_view kind(const TomlValue& value);

/// The top-level table of the text. `file_name` is for the problem only: the first one if the text is not
/// TOML. Throws nothing but std::bad_alloc.
std::expected<TomlValue, Problem> read_toml(std::string_view text, std::string_view file_name);

/// The text as a TOML string with its quotes; text must be UTF-8.
std::string toml_string(std::string_view text);

} // namespace bgs2::policy
