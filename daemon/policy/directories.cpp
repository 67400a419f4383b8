#include "daemon/policy/directories.h"

#include "daemon/policy/parse.h"
#include "daemon/policy/text_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace bgs2::policy {
namespace {

using Files = std::map<std::string, std::filesystem::path>; // by name, in the order in which they are asked

Problem problem(const std::filesystem::path& file, std::string what) {
    return {.file = file.string(), .line = 0, .column = 0, .what = std::move(what)};
}

bool is_policy_file(const std::string& name) {
    return name.ends_with(".toml") && !name.starts_with('.');
}

/// Adds the directory's files that none of the same name masks.
std::error_code collect(const std::filesystem::path& directory, Files& files) {
    std::error_code error;
    for (std::filesystem::directory_iterator entry(directory, error), end; !error && entry != end;
         entry.increment(error)) {
        const std::filesystem::path& path = entry->path();
        if (is_policy_file(path.filename().string()))
            files.try_emplace(path.filename().string(), path);
    }
    return error;
}

/// Whether there is nothing but white space and comments.
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

void load_file(const std::filesystem::path& file, Loaded& loaded) {
    const auto text = read_text_file(file);
    if (!text) {
        loaded.problems.push_back(problem(file, text.error().what));
        return;
    }
    if (says_nothing(*text))
        return;
    auto policy = parse(*text, file.string());
    if (policy)
        loaded.policies.push_back(std::move(*policy));
    else
        std::ranges::move(policy.error(), std::back_inserter(loaded.problems));
}

} // namespace

Loaded load(std::span<const std::filesystem::path> directories) {
    Loaded loaded;
    Files files;
    for (const auto& directory : directories) {
        const std::error_code error = collect(directory, files);
        if (error && error != std::errc::no_such_file_or_directory)
            loaded.problems.push_back(
                problem(directory, fmt::format("can not be read: {}", error.message())));
    }
    for (const auto& [name, file] : files)
        load_file(file, loaded);
    return loaded;
}

const Problems& Set::reload(std::span<const std::filesystem::path> directories) {
    Loaded loaded = load(directories);
    problems_ = std::move(loaded.problems);
    if (problems_.empty()) {
        policies_ = std::move(loaded.policies);
        ++generation_;
    }
    return problems_;
}

} // namespace bgs2::policy
