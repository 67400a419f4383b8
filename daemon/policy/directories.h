// SPDX-License-Identifier: Apache-2.0
// The policies of the drop-in directories, and the last good set of them.
#pragma once

#include "daemon/policy/model.h"
#include "daemon/policy/problem.h"

#include <array>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

namespace bgs2::policy {

/// Where policies are looked for, highest precedence first.
inline constexpr std::array default_directories{"/etc/bgs2d/policy.d", "/run/bgs2d/policy.d",
                                                "/usr/lib/bgs2d/policy.d"};

/// A file that is not read, since one of its name stands in a directory of higher precedence.
struct Masked {
    std::filesystem::path file;
    std::filesystem::path by; ///< the one that is read instead

    bool operator==(const Masked&) const = default;
};

/// The policy files of some directories, by name (byte by byte).
struct Files {
    std::vector<std::filesystem::path> read; ///< those that count, in the order in which they are asked
    std::vector<Masked> masked;              ///< the others, those of one name by descending precedence
    Problems problems;                       ///< directories that can not be read

    bool operator==(const Files&) const = default;
};

/// Finds every `*.toml` in `directories`, highest precedence first; names that begin with a dot are passed
/// over (editors leave such behind). A file masks those of its name in later directories, a broken or
/// unreadable one too. A directory that does not exist is none; one that can not be read is a problem.
Files find_files(std::span<const std::filesystem::path> directories);

struct LoadResult {
    Policies policies;                         ///< those of the valid files, sorted by name (byte by byte)
    std::vector<std::filesystem::path> silent; ///< files that say nothing, and mask only; by name
    std::vector<Masked> masked;                ///< by name
    Problems problems;                         ///< of all the other files

    bool operator==(const LoadResult&) const = default;
};

/// Reads the files that find_files() finds. One in which nothing is said (empty, only comments, a link to
/// /dev/null) masks and defines no policy.
LoadResult load(std::span<const std::filesystem::path> directories);

/// The policies in force: always one complete good set, never half of a broken one.
///
/// With a broken file among them, the valid ones are not a good set either: the broken one may be the one
/// that is meant for a modem, and without it a later, more general one would write the wrong certificates
/// into it. So reload() keeps what it had; and before the first success it has nothing, which leaves every
/// modem unmanaged.
class PolicyStore {
  public:
    /// Loads anew. If there is any problem, nothing but problems() changes.
    const Problems& reload(std::span<const std::filesystem::path> directories);

    [[nodiscard]] const Policies& policies() const { return loaded_.policies; }

    /// The files that stood beside those of policies() and define none.
    [[nodiscard]] const std::vector<std::filesystem::path>& silent() const { return loaded_.silent; }
    [[nodiscard]] const std::vector<Masked>& masked() const { return loaded_.masked; }

    /// How many loads have succeeded; 0 before the first.
    [[nodiscard]] std::uint64_t generation() const { return generation_; }

    /// Of the last reload(); empty if that succeeded.
    [[nodiscard]] const Problems& problems() const { return problems_; }

  private:
    LoadResult loaded_; ///< the last good one
    Problems problems_;
    std::uint64_t generation_ = 0;
};

} // namespace bgs2::policy
