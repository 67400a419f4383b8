// SPDX-License-Identifier: Apache-2.0
// The file of the history, of limited size.
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
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace bgs2::history {

inline constexpr std::uint64_t kibibyte = 1024;
inline constexpr std::uint64_t mebibyte = 1024 * kibibyte;

/// The limits of the history. Entries beyond its size are deleted, the oldest of the modem that takes most of
/// it first: one that fails all day must not evict the others.
struct Limits {
    /// 0: disabled. Older entries are deleted while the clock is trusted (clock_check.h).
    std::chrono::milliseconds keep = std::chrono::days(400);
    /// Size of the file in bytes, at least 64 KiB. The write-ahead log beside it takes up to 1 MiB more.
    std::uint64_t max_size = 16 * mebibyte;

    bool operator==(const Limits&) const = default;
};

/// Blocks; for one thread at a time. Entries survive a crash and a power loss once add() has returned.
class Store {
  public:
    /// Opens the file, or creates it with mode 0640. Moves a file that is not a database, is damaged, or has
    /// an unknown version to `<file>.aside-<n>`, and creates a new one. Errors: Failed (also without SQLite).
    static Expected<Store> open(std::filesystem::path file, Limits limits, Log log);

    /// Adds all of them or none; truncates very long texts. Errors: Failed (the disk is full or not
    /// writable).
    Expected<void> add(std::span<const Entry> entries);
    Expected<void> add(const Entry& entry) { return add(std::span(&entry, 1)); }

    /// In the order of addition: the newest last. Entries of kinds that this version does not know are left
    /// out, which is logged once. Errors: Failed.
    Expected<std::vector<Entry>> query(const Filter& filter);

    /// Deletes entries that are older at `now` than the limits allow (nothing: none are), and shrinks a file
    /// that is larger than they allow. Errors: Failed.
    Expected<void> prune(std::optional<Time> now);

    /// Whether the file was moved or removed while it was open: new entries would be lost with it.
    [[nodiscard]] bool was_moved() const { return database_->was_moved(); }

  private:
    Store(std::filesystem::path file, Limits limits, Log log);

    template<class Work>
    auto attempt(const char* what, const Work& work) -> Expected<decltype(work())>;
    void begin();
    void quarantine(std::string_view why);
    void make_room();
    void expire(Time before);
    [[nodiscard]] std::int64_t pages() const;
    [[nodiscard]] std::int64_t batch() const;

    std::filesystem::path file_;
    Limits limits_;
    Log log_;
    std::unique_ptr<Database> database_;
    bool unknown_logged_ = false;
};

/// Removes the file and its companion files of SQLite. Errors: Failed.
Expected<void> remove_store(const std::filesystem::path& file);

} // namespace bgs2::history
