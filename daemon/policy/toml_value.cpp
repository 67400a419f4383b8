// SPDX-License-Identifier: Apache-2.0
#include "daemon/policy/toml_value.h"

#include "daemon/base/bytes.h"
#include "daemon/policy/toml_syntax.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <array>
#include <sstream>

namespace bgs2::policy {
namespace {

Position position(const toml::source_region& region) {
    return {.line = region.begin.line, .column = region.begin.column};
}

/// `fallback` is for implicit tables: `a` in `a.b = 1`.
Position position(const toml::node& node, Position fallback) {
    return node.source().begin ? position(node.source()) : fallback;
}

TomlValue convert(const toml::node& node, Position fallback);

TomlList convert(const toml::array& array, Position at) {
    TomlList list;
    for (const toml::node& element : array)
        list.push_back(convert(element, at));
    return list;
}

TomlTable convert(const toml::table& table) {
    TomlTable entries;
    for (const auto& [key, node] : table) {
        const Position at = position(key.source());
        entries.push_back({.key = std::string(key.str()), .at = at, .value = convert(node, at)});
    }
    return entries;
}

TomlValue convert(const toml::node& node, Position fallback) {
    TomlValue result{.at = position(node, fallback), .value = TomlDate{}};
    if (const auto* text = node.as_string())
        result.value = text->get();
    else if (const auto* integer = node.as_integer())
        result.value = integer->get();
    else if (const auto* number = node.as_floating_point())
        result.value = number->get();
    else if (const auto* boolean = node.as_boolean())
        result.value = boolean->get();
    else if (const auto* array = node.as_array())
        result.value = convert(*array, result.at);
    else if (const auto* table = node.as_table())
        result.value = convert(*table);
    return result;
}

} // namespace

std::string_view kind(const TomlValue& value) {
    static constexpr std::array kinds{std::string_view("a string"),
                                      std::string_view("an integer"),
                                      std::string_view("a floating-point number"),
                                      std::string_view("true or false"),
                                      std::string_view("a date or time"),
                                      std::string_view("a list"),
                                      std::string_view("a table")};
    static_assert(kinds.size() == std::variant_size_v<decltype(value.value)>);
    return kinds.at(value.value.index());
}

std::expected<TomlValue, Problem> read_toml(std::string_view text, std::string_view file_name) {
    const auto problem = [&](Position at, std::string what) {
        return std::unexpected(Problem{
            .file = printable(file_name), .line = at.line, .column = at.column, .what = std::move(what)});
    };
    if (const auto deep = find_deep_nesting(text))
        return problem(*deep, fmt::format("nested more than {} levels deep; no key needs more than three",
                                          deepest_nesting));
    try {
        return convert(toml::parse(text), {.line = 1, .column = 1});
    } catch (const toml::parse_error& error) {
        SyntaxError explained = explain_syntax_error(text, position(error.source()), error.description());
        return problem(explained.at, std::move(explained.what));
    }
}

std::string toml_string(std::string_view text) {
    std::ostringstream out;
    out << toml::value<std::string>(std::string(text));
    return out.str();
}

} // namespace bgs2::policy
