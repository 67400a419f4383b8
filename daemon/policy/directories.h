// SPDX-License-Identifier: Apache-2.0
// Loads policies from the drop-in directories, and keeps the last valid
// set.
#pragma once

#include "daemon/policy/model.h"
#include "daemon/policy/problem.h"

#include <array>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

namespace bgs2::policy {

/// The default directories of policies, highest precedence first.
inline constexpr std::array default_directories{"/etc/bgs2d/policy.d", "/run/bgs2d/policy.d",
                                                "/usr/lib/bgs2d/policy.d"};

/// A file that is ignored because a directory of higher precedence has a file of the same name.
struct Masked {
    std::filesystem::path file;
    std::filesystem::path by; ///< the file that is read instead

    bool operator==(const Masked&) const = default;
};

/// The policy files of some directories, by name (byte by byte).
struct Files {
    std::vector<std::filesystem::path> read; ///< the files that are read, in the order of evaluation
    std::vector<Masked> masked; ///< the ignored files, those of the same name by descending precedence
    Problems problems;          ///< directories that cannot be read
    Problems warnings;          ///< ignored files whose names resemble that of a policy, by name

    bool operator==(const Files&) const = default;
};

/// Finds every `*.toml` in `directories`, highest precedence first; ignores names that begin with a dot
/// (editors create such files). A file masks those of the same name in later directories, even if it is
/// invalid or unreadable. Ignores directories that do not exist; one that cannot be read is a problem.
/// A name that ends in .toml in other letter case, .tml, .tom or .toml.txt is ignored with a warning;
/// backups of editors are ignored without one.
Files find_files(std::span<const std::filesystem::path> directories);

/// Whether a file of this name is part of what find_files() returns.
bool is_relevant_name(std::string_view name);

struct LoadResult {
    Policies policies; ///< the policies of the valid files, sorted by name (byte by byte)
    std::vector<std::filesystem::path> silent; ///< empty files, which mask only; by name
    std::vector<Masked> masked;                ///< by name
    Problems problems;                         ///< of all other files
    Problems warnings;                         ///< those of find_files()

    bool operator==(const LoadResult&) const = default;
};

/// Reads the files that find_files() finds. An empty file (also: only comments, a link to /dev/null) masks
/// and defines no policy.
LoadResult load(std::span<const std::filesystem::path> directories);

/// The active policies: always a complete valid set.
///
/// If one file is invalid, the others are not used either: the invalid one may be meant for a modem, and
/// without it a later, more general one would write the wrong certificates. So reload() keeps the previous
/// set; before the first success there is none, which leaves every modem unmanaged.
class PolicyStore {
  public:
    /// Replaces the policies. If there is any problem, only problems() and warnings() change.
    const Problems& activate(LoadResult loaded);
    /// Loads the directories and activates the result.
    const Problems& reload(std::span<const std::filesystem::path> directories);

    [[nodiscard]] const Policies& policies() const { return loaded_.policies; }

    /// The empty files of the same load, which define no policy.
    [[nodiscard]] const std::vector<std::filesystem::path>& silent() const { return loaded_.silent; }
    [[nodiscard]] const std::vector<Masked>& masked() const { return loaded_.masked; }

    /// Number of successful loads; 0 before the first.
    [[nodiscard]] std::uint64_t generation() const { return generation_; }

    /// The problems of the last reload(); empty if it succeeded.
    [[nodiscard]] const Problems& problems() const { return problems_; }

    /// Of the last reload(), whether or not it succeeded.
    [[nodiscard]] const Problems& warnings() const { return warnings_; }

  private:
    LoadResult loaded_; ///< the last valid one
    Problems problems_;
    Problems warnings_;
    std::uint64_t generation_ = 0;
};

} // namespace bgs2::policy
