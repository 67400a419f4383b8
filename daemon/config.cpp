// SPDX-License-Identifier: Apache-2.0
#include "daemon/config.h"

#include "daemon/base/error.h"
#include "daemon/policy/text_file.h"
#include "daemon/policy/toml_reader.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>

namespace bgs2 {
namespace {

using policy::TomlField;
using policy::TomlReader;
using policy::TomlValue;

void read_device(TomlReader& reader, const TomlValue& value, std::string_view name, PortRule& port) {
    const auto text = reader.text(value, name);
    if (!text)
        return;
    if (!text->starts_with('/') || text->ends_with('/') || text->contains('\0'))
        reader.refuse(value.at, fmt::format("{} must be an absolute path such as \"/dev/ttyS1\", not {:?}",
                                            name, *text));
    else if (text->find_first_of("*?[") != std::string::npos)
        reader.refuse(
            value.at,
            fmt::format("{} must be a path, not a pattern such as {:?}; use id-path or property for patterns",
                        name, *text));
    else
        port.device = *text;
}

constexpr std::array port_fields{
    TomlField<PortRule>{"device", read_device},
    TomlField<PortRule>{"id-path",
                        [](auto& reader, const auto& value, auto name, auto& port) {
                            policy::store(reader.patterns(value, name), port.id_path);
                        }},
    TomlField<PortRule>{"property", [](auto& reader, const auto& value, auto name,
                                       auto& port) { port.properties = reader.pattern_table(value, name); }},
};

void read_ports(TomlReader& reader, const TomlValue& value, std::string_view name, Config& config) {
    for (const auto& [where, table] : reader.tables(value, name)) {
        // A rule without a condition would match every serial port of the machine, and bgs2d would write to
        // them.
        const auto* entries = std::get_if<policy::TomlTable>(&table->value);
        if (entries != nullptr && entries->empty())
            reader.refuse(table->at, fmt::format("{} requires a device, id-path or property", where));
        reader.table(*table, where, port_fields, config.ports.emplace_back());
    }
}

/// Longer than the life of any gateway.
constexpr std::chrono::days longest_history{36'500};

void read_history_size(TomlReader& reader, const TomlValue& value, std::string_view name, Config& config) {
    if (const auto size = reader.integer(value, name, 1, 1024))
        config.history.max_size = static_cast<std::uint64_t>(*size) * history::mebibyte;
}

constexpr std::array file_fields{
    TomlField<Config>{"port", read_ports},
    TomlField<Config>{"history-keep",
                      [](auto& reader, const auto& value, auto name, auto& config) {
                          policy::store(reader.duration(value, name, longest_history), config.history.keep);
                      }},
    TomlField<Config>{"history-size", read_history_size},
};

} // namespace

std::expected<Config, policy::Problems> parse_config(std::string_view text, std::string_view file_name) {
    const auto file = policy::read_toml(text, file_name);
    if (!file)
        return std::unexpected(policy::Problems{file.error()});
    TomlReader reader(file_name);
    Config config;
    reader.table(*file, "", file_fields, config);
    if (policy::Problems problems = reader.problems(); !problems.empty())
        return std::unexpected(std::move(problems));
    return config;
}

std::expected<Config, policy::Problems> read_config(const std::filesystem::path& file, bool must_exist) {
    const auto text = policy::read_text_file(file);
    if (!text) {
        if (text.error().code == ErrorCode::not_found && !must_exist)
            return Config{};
        return std::unexpected(policy::Problems{policy::problem_of(file, text.error().what)});
    }
    return parse_config(*text, file.string());
}

} // namespace bgs2
