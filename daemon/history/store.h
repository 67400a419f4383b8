// SPDX-License-Identifier: Apache-2.0
// The history's file: bounded, and never worth more than what it tells of.
#pragma once

#include "daemon/base/error.h"
#include "daemon/base/log.h"
#include "daemon/history/database.h"
#include "daemon/history/entry.h"
#include "daemon/history/filter.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace bgs2::history {

inline constexpr std::uint64_t kibibyte = 1024;
inline constexpr std::uint64_t mebibyte = 1024 * kibibyte;

/// How much is kept; beyond that the oldest goes.
struct Limits {
    std::chrono::milliseconds keep = std::chrono::days(400); ///< 0: there is to be no history at all
    /// Bytes of the file, from 64 KiB on. The write-ahead log beside it takes up to 1 MiB more.
    std::uint64_t max_size = 16 * mebibyte;

    bool operator==(const Limits&) const = default;
};

/// Blocks, and is for one thread at a time. What add() returned for survives this process, and a loss of
/// power.
class Store {
  public:
    /// Opens the file, which is made if it is not there: mode 0640. One that is not a database, not a whole
    /// one, or of a version that is not known here, is moved aside to `<file>.aside-<n>` and a new one is
    /// begun. Errors: Failed (also where there is no SQLite).
    static Expected<Store> open(std::filesystem::path file, Limits limits, Log log);

    /// Adds all of them or none; texts that are absurdly long are cut. Errors: Failed (no room on the disk,
    /// or it can not be written to).
    Expected<void> add(std::span<const Entry> entries);
    Expected<void> add(const Entry& entry) { return add(std::span(&entry, 1)); }

    /// In the order they were added: the newest last. Errors: Failed.
    Expected<std::vector<Entry>> query(const Filter& filter);

    /// Deletes what is older than the bounds allow at `now`, and gives the room back if the file is larger
    /// than they allow. Errors: Failed.
    Expected<void> prune(Time now);

    /// Somebody took the file away while it was open: what is added now would be gone with it.
    [[nodiscard]] bool was_moved() const { return database_->was_moved(); }

  private:
    Store(std::filesystem::path file, Limits limits, Log log);

    template<class Work>
    auto attempt(const char* what, const Work& work) -> Expected<decltype(work())>;
    void begin();
    void quarantine(std::string_view why);
    void make_room();
    [[nodiscard]] std::int64_t pages() const;
    [[nodiscard]] std::int64_t batch() const;

    std::filesystem::path file_;
    Limits limits_;
    Log log_;
    std::unique_ptr<Database> database_;
};

/// Removes the file, and what SQLite keeps beside it. Errors: Failed.
Expected<void> remove_store(const std::filesystem::path& file);

} // namespace bgs2::history
