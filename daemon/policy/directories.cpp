// SPDX-License-Identifier: Apache-2.0
#include "daemon/policy/directories.h"

#include "daemon/base/background.h"
#include "daemon/policy/parse.h"
#include "daemon/policy/text_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace bgs2::policy {
namespace {

/// By name; files of the same name by descending precedence.
using Found = std::map<std::string, std::vector<std::filesystem::path>>;

bool is_policy_file(std::string_view name) {
    return name.ends_with(".toml") && !name.starts_with('.');
}

/// The policy's name that a person probably meant, if the name of an ignored file looks like a policy's.
std::optional<std::string> intended_name(std::string_view name) {
    constexpr std::array<std::string_view, 4> endings{".toml", ".tml", ".tom", ".toml.txt"};
    if (is_policy_file(name) || name.starts_with('.'))
        return std::nullopt;
    std::string lower(name);
    for (char& each : lower) {
        if (each >= 'A' && each <= 'Z')
            each = static_cast<char>(each - 'A' + 'a');
    }
    for (const std::string_view ending : endings) {
        if (lower.ends_with(ending))
            return std::string(name.substr(0, name.size() - ending.size())) + ".toml";
    }
    return std::nullopt;
}

std::error_code collect(const std::filesystem::path& directory, Found& found, Found& near_misses) {
    note_step("reading " + directory.string());
    std::error_code error;
    for (std::filesystem::directory_iterator entry(directory, error), end; !error && entry != end;
         entry.increment(error)) {
        const std::filesystem::path& path = entry->path();
        const std::string name = path.filename().string();
        if (is_policy_file(name))
            found[name].push_back(path);
        else if (intended_name(name))
            near_misses[name].push_back(path);
    }
    return error;
}

/// Whether the text consists of white space and comments only.
bool says_nothing(std::string_view text) {
    constexpr std::string_view white_space = " \t\r\n";
    for (;;) {
        const auto start = text.find_first_not_of(white_space);
        if (start == std::string_view::npos)
            return true;
        if (text[start] != '#')
            return false;
        const auto end = text.find('\n', start);
        if (end == std::string_view::npos)
            return true;
        text.remove_prefix(end);
    }
}

void load_file(const std::filesystem::path& file, LoadResult& loaded) {
    const auto text = read_text_file(file);
    if (!text) {
        loaded.problems.push_back(problem_of(file, text.error().what));
        return;
    }
    if (says_nothing(*text)) {
        loaded.silent.push_back(file);
        return;
    }
    auto policy = parse(*text, file.string());
    if (policy)
        loaded.policies.push_back(std::move(*policy));
    else
        std::ranges::move(policy.error(), std::back_inserter(loaded.problems));
}

} // namespace

Files find_files(std::span<const std::filesystem::path> directories) {
    Files files;
    Found found;
    Found near_misses;
    for (const auto& directory : directories) {
        const std::error_code error = collect(directory, found, near_misses);
        if (error && error != std::errc::no_such_file_or_directory)
            files.problems.push_back(problem_of(directory, fmt::format("cannot read: {}", error.message())));
    }
    for (const auto& [name, same_name] : found) {
        files.read.push_back(same_name.front());
        for (const auto& file : same_name | std::views::drop(1))
            files.masked.push_back({.file = file, .by = same_name.front()});
    }
    for (const auto& [name, same_name] : near_misses) {
        for (const auto& file : same_name)
            files.warnings.push_back(
                problem_of(file, fmt::format("ignored: its name does not end in .toml; rename it to {}",
                                             printable(intended_name(name).value_or(name)))));
    }
    return files;
}

bool is_relevant_name(std::string_view name) {
    return is_policy_file(name) || intended_name(name).has_value();
}

LoadResult load(std::span<const std::filesystem::path> directories) {
    Files files = find_files(directories);
    LoadResult loaded;
    loaded.masked = std::move(files.masked);
    loaded.problems = std::move(files.problems);
    loaded.warnings = std::move(files.warnings);
    for (const auto& file : files.read)
        load_file(file, loaded);
    return loaded;
}

const Problems& PolicyStore::reload(std::span<const std::filesystem::path> directories) {
    return activate(load(directories));
}

const Problems& PolicyStore::activate(LoadResult loaded) {
    problems_ = std::move(loaded.problems);
    warnings_ = loaded.warnings;
    if (problems_.empty()) {
        loaded_ = std::move(loaded);
        ++generation_;
    }
    return problems_;
}

} // namespace bgs2::policy
