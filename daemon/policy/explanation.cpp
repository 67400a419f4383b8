// SPDX-License-Identifier: Apache-2.0
#include "daemon/policy/explanation.h"

#include "daemon/base/bytes.h"
#include "daemon/policy/match.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace bgs2::policy {
namespace {

FileExplanation about(const std::filesystem::path& file, FileStatus status, std::string why) {
    return {.policy = file.extension() == ".toml" ? printable(file.stem().string()) : "",
            .file = file,
            .status = status,
            .why = std::move(why),
            .field = "",
            .line = 0,
            .masked_by = {}};
}

/// `winner` is the policy that applies, or null; set to this policy if it applies.
FileExplanation ask(const Policy& policy, const ModemAttributes& attributes, const Policy*& winner) {
    if (winner != nullptr)
        return about(policy.file, FileStatus::not_asked,
                     fmt::format("'{}' comes first and applies", winner->name));
    const MatchResult match = explain(policy, attributes);
    if (match.matches) {
        winner = &policy;
        return about(policy.file, FileStatus::applies, match.why);
    }
    FileExplanation result = about(policy.file, FileStatus::does_not_match, match.why);
    result.field = match.field;
    result.line = match.patterns.line;
    return result;
}

std::string what_it_masks(const std::filesystem::path& file, const std::vector<Masked>& masked) {
    std::vector<std::string> files;
    for (const Masked& each : masked) {
        if (each.by == file)
            files.push_back(printable(each.file.string()));
    }
    return files.empty() ? "empty, and masks no file"
                         : fmt::format("empty, masks {}", fmt::join(files, ", "));
}

} // namespace

std::vector<FileExplanation> explain(const PolicyStore& set, const ModemAttributes& attributes) {
    std::vector<FileExplanation> result;
    const Policy* winner = nullptr;
    for (const Policy& policy : set.policies())
        result.push_back(ask(policy, attributes, winner));
    for (const auto& file : set.silent())
        result.push_back(about(file, FileStatus::masks, what_it_masks(file, set.masked())));
    for (const Masked& masked : set.masked()) {
        result.push_back(about(masked.file, FileStatus::masked,
                               fmt::format("masked by {}", printable(masked.by.string()))));
        result.back().masked_by = masked.by;
    }
    // Stable sort by name: among files of the same name, the one that is read stays first and masked ones
    // last.
    std::ranges::stable_sort(result, {}, [](const FileExplanation& each) { return each.file.filename(); });
    for (const Problem& problem : set.problems()) {
        result.push_back(about(problem.file, FileStatus::broken, problem.what));
        result.back().line = problem.line;
    }
    return result;
}

} // namespace bgs2::policy
