// SPDX-License-Identifier: Apache-2.0
#include "daemon/history/store.h"

#include "daemon/base/codes.h"
#include "daemon/base/counted.h"
#include "daemon/history/sqlite.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <fcntl.h>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <type_traits>
#include <unistd.h>
#include <utility>

namespace bgs2::history {
namespace {

constexpr std::int64_t version = 1; // of the schema, in PRAGMA user_version
constexpr std::int64_t page = 4096; // bytes
/// Kept free for the next entry, which is truncated to less than half of that.
constexpr std::int64_t reserve = 8;        // pages
constexpr std::size_t longest_word = 500;  // bytes
constexpr std::size_t longest_text = 2000; // bytes
constexpr int most_quarantined = 9;

constexpr std::array<std::string_view, 2> companions{"-wal", "-shm"};

// FULL: power loss is more frequent than a crash on a gateway, and entries are few. Frequent checkpoints keep
// the log small.
constexpr auto settings = R"(
PRAGMA auto_vacuum = INCREMENTAL;
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA wal_autocheckpoint = 64;
PRAGMA journal_size_limit = 262144;
PRAGMA secure_delete = OFF;
PRAGMA temp_store = MEMORY;
PRAGMA cache_size = -256;
)";

constexpr auto schema = R"(
BEGIN IMMEDIATE;
CREATE TABLE entry (
    id INTEGER PRIMARY KEY,
    time INTEGER NOT NULL,
    boot_id TEXT NOT NULL,
    imei TEXT NOT NULL,
    port_path TEXT NOT NULL,
    policy TEXT NOT NULL,
    generation INTEGER NOT NULL,
    event TEXT NOT NULL,
    state TEXT NOT NULL,
    store TEXT NOT NULL,
    slot INTEGER,
    thumbprint_before TEXT NOT NULL,
    thumbprint_after TEXT NOT NULL,
    error TEXT NOT NULL,
    message TEXT NOT NULL,
    duration INTEGER NOT NULL,
    bytes INTEGER NOT NULL
);
PRAGMA user_version = 1;
COMMIT;
)";

constexpr std::string_view columns =
    "time, boot_id, imei, port_path, policy, generation, event, state, store, slot, thumbprint_before, "
    "thumbprint_after, error, message, duration, bytes";

std::string insertion() {
    return fmt::format("INSERT INTO entry ({}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                       columns);
}

/// The parameters: length of the IMEI's suffix, the suffix, since, failed only, limit.
std::string selection() {
    return fmt::format("SELECT {} FROM entry WHERE (?1 = 0 OR substr(imei, -?1) = ?2) AND time >= ?3"
                       " AND (?4 = 0 OR error <> '' OR state IN ('{}', '{}'))"
                       " ORDER BY id DESC LIMIT ?5",
                       columns, word(ModemState::failed), word(ModemState::blocked));
}

/// At a character boundary, so that the text stays UTF-8.
std::string_view bounded(std::string_view text, std::size_t longest = longest_word) {
    if (text.size() <= longest)
        return text;
    std::size_t end = longest;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80)
        --end;
    return text.substr(0, end);
}

std::filesystem::path beside(const std::filesystem::path& file, std::string_view suffix) {
    return file.string().append(suffix);
}

void bind(Statement& insert, const Entry& entry) {
    insert.bind(entry.when.time_since_epoch().count())
        .bind(bounded(entry.boot_id))
        .bind(bounded(entry.imei))
        .bind(bounded(entry.port_path))
        .bind(bounded(entry.policy))
        .bind(static_cast<std::int64_t>(entry.generation))
        .bind(word(entry.event))
        .bind(bounded(entry.state))
        .bind(bounded(entry.store));
    if (entry.slot)
        insert.bind(std::int64_t{*entry.slot});
    else
        insert.bind_nothing();
    insert.bind(bounded(entry.thumbprint_before))
        .bind(bounded(entry.thumbprint_after))
        .bind(bounded(entry.error))
        .bind(bounded(entry.message, longest_text))
        .bind(entry.duration.count())
        .bind(static_cast<std::int64_t>(entry.bytes));
}

/// Nothing for an entry of an unknown kind.
std::optional<Entry> entry_of(Statement& row) {
    Entry entry;
    entry.when = Time(std::chrono::milliseconds(row.number()));
    entry.boot_id = row.text();
    entry.imei = row.text();
    entry.port_path = row.text();
    entry.policy = row.text();
    entry.generation = static_cast<std::uint64_t>(row.number());
    const auto kind = from_word<EntryKind>(row.text());
    if (!kind)
        return std::nullopt;
    entry.event = *kind;
    entry.state = row.text();
    entry.store = row.text();
    if (!row.is_nothing())
        entry.slot = static_cast<unsigned>(row.number());
    entry.thumbprint_before = row.text();
    entry.thumbprint_after = row.text();
    entry.error = row.text();
    entry.message = row.text();
    entry.duration = std::chrono::milliseconds(row.number());
    entry.bytes = static_cast<std::uint64_t>(row.number());
    return entry;
}

/// Creates the file, since SQLite would use another mode; companion files get the file's mode.
void make_file(const std::filesystem::path& file) {
    constexpr mode_t mode = 0640;
    const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (descriptor >= 0)
        ::close(descriptor);
    // Do not open an existing file here: closing it would drop SQLite's locks on it.
    else if (errno != EEXIST)
        throw std::system_error(errno, std::generic_category());
    if (::chmod(file.c_str(), mode) != 0) // independent of the umask
        throw std::system_error(errno, std::generic_category());
}

/// What one modem takes of the history.
struct Share {
    std::string imei{};
    std::int64_t entries = 0;
    std::int64_t bytes = 0;
};

/// The largest share; nothing if there are no entries. Reads all of them, which happens once in a batch.
std::optional<Share> largest_share(Database& database) {
    Statement sizes(database, "SELECT imei, 150 + length(port_path) + length(policy) + length(message)"
                              " + length(thumbprint_before) + length(thumbprint_after) FROM entry");
    std::map<std::string, Share> shares; // summed here: a GROUP BY would keep all rows in memory
    while (sizes.step()) {
        std::string imei = sizes.text();
        Share& share = shares[imei];
        share.imei = std::move(imei);
        ++share.entries;
        share.bytes += sizes.number();
    }
    const auto largest =
        std::ranges::max_element(shares, {}, [](const auto& share) { return share.second.bytes; });
    return largest == shares.end() ? std::nullopt : std::optional(largest->second);
}

/// This version cannot use the file, which must be moved aside.
struct Unusable : std::runtime_error {
    using std::runtime_error::runtime_error;
};

} // namespace

Store::Store(std::filesystem::path file, Limits limits, Log log)
  : file_(std::move(file))
  , limits_(limits)
  , log_(std::move(log)) {}

Expected<Store> Store::open(std::filesystem::path file, Limits limits, Log log) {
    if (auto library = load_sqlite(); !library)
        return std::unexpected(std::move(library.error()));
    Store store(std::move(file), limits, std::move(log));
    const auto begun = store.attempt("open", [&] {
        try {
            store.begin();
        } catch (const Unusable& e) {
            store.quarantine(e.what());
        }
    });
    if (!begun)
        return std::unexpected(begun.error());
    return store;
}

Expected<void> Store::add(std::span<const Entry> entries) {
    return attempt("write", [&] {
        make_room();
        Transaction transaction(*database_);
        {
            Statement insert(*database_, insertion());
            for (const Entry& entry : entries) {
                bind(insert, entry);
                insert.step();
                insert.reset();
            }
        }
        transaction.commit();
    });
}

Expected<std::vector<Entry>> Store::query(const Filter& filter) {
    return attempt("read", [&] {
        const std::string end = filter.imei.value_or("");
        Statement select(*database_, selection());
        select.bind(static_cast<std::int64_t>(end.size()))
            .bind(end)
            .bind(filter.since.value_or(Time::min()).time_since_epoch().count())
            .bind(std::int64_t{filter.failed_only})
            .bind(static_cast<std::int64_t>(filter.limit));
        std::vector<Entry> entries;
        std::size_t unknown = 0;
        while (select.step()) {
            if (auto entry = entry_of(select))
                entries.push_back(std::move(*entry));
            else
                ++unknown;
        }
        if (unknown > 0 && !std::exchange(unknown_logged_, true))
            log_.warning("ignored {} of the history {}: unknown to this version of bgs2d",
                         counted(unknown, "entry", "entries"), file_.string());
        std::ranges::reverse(entries);
        return entries;
    });
}

Expected<void> Store::prune(std::optional<Time> now) {
    return attempt("prune", [&] {
        if (now)
            expire(*now - limits_.keep);
        make_room();
        if (database_->number("PRAGMA page_count") > pages())
            database_->run("PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE)");
    });
}

/// Runs `work`, and retries once with a new file if this one is damaged.
template<class Work>
auto Store::attempt(const char* what, const Work& work) -> Expected<decltype(work())> {
    const auto run = [&]() -> Expected<decltype(work())> {
        if constexpr (std::is_void_v<decltype(work())>) {
            work();
            return {};
        } else {
            return work();
        }
    };
    const auto failed = [&](const char* why) {
        return fail(ErrorCode::failed, fmt::format("cannot {} the history {}: {}", what, file_.string(), why),
                    "check the free space of the disk, and the mode of the directory");
    };
    try {
        try {
            return run();
        } catch (const DatabaseError& e) {
            if (!e.is_corrupt())
                throw;
            quarantine(e.what());
        }
        return run();
    } catch (const DatabaseError& e) {
        return failed(e.what());
    } catch (const std::system_error& e) {
        return failed(e.code().message().c_str());
    }
}

void Store::begin() {
    database_.reset();
    make_file(file_);
    database_ = std::make_unique<Database>(file_);
    const auto found = database_->number("PRAGMA user_version");
    const bool is_empty = database_->number("SELECT count(*) FROM sqlite_master") == 0;
    const bool is_new = found == 0 && is_empty;
    if (found != version && !is_new)
        throw Unusable(found > version ? fmt::format("its version is {}, bgs2d supports {}", found, version)
                                       : std::string("it is not a history database"));
    database_->run(settings);
    if (found == 0)
        database_->run(schema);
    database_->run(fmt::format("PRAGMA max_page_count = {}", pages()));
}

void Store::quarantine(std::string_view why) {
    database_.reset();
    std::filesystem::path place;
    for (int n = 1; n <= most_quarantined && place.empty(); ++n) {
        auto candidate = beside(file_, fmt::format(".aside-{}", n));
        if (!std::filesystem::exists(candidate))
            place = std::move(candidate);
    }
    if (place.empty())
        throw DatabaseError(0,
                            fmt::format("{}, and {} files were moved aside already", why, most_quarantined));
    // The log first: it is useless without the file, and must not be applied to a new one.
    for (const auto suffix : companions) {
        if (std::filesystem::exists(beside(file_, suffix)))
            std::filesystem::rename(beside(file_, suffix), beside(place, suffix));
    }
    std::filesystem::rename(file_, place);
    log_.error("cannot use the history {}: {}; moved it to {} and started a new one", file_.string(), why,
               place.string());
    begin();
}

void Store::make_room() {
    const auto used = [this] {
        return database_->number("PRAGMA page_count") - database_->number("PRAGMA freelist_count");
    };
    while (used() > pages() - reserve) {
        const auto largest = largest_share(*database_);
        if (!largest)
            return;
        // At most half: the modem keeps its newest entries, even if it has few.
        Statement oldest(*database_, "DELETE FROM entry WHERE id IN (SELECT id FROM entry WHERE imei = ?"
                                     " ORDER BY id LIMIT ?)");
        oldest.bind(largest->imei).bind(std::min(batch(), (largest->entries + 1) / 2)).step();
        if (database_->changes() == 0)
            return;
    }
}

void Store::expire(Time before) {
    Statement old(*database_, "DELETE FROM entry WHERE id IN (SELECT id FROM entry WHERE time < ?"
                              " ORDER BY id LIMIT ?)");
    do {
        old.reset();
        old.bind(before.time_since_epoch().count()).bind(batch()).step();
    } while (database_->changes() > 0);
}

std::int64_t Store::pages() const {
    return static_cast<std::int64_t>(limits_.max_size) / page;
}

/// The number of entries deleted at once: all changes of a deletion must fit into the write-ahead log.
std::int64_t Store::batch() const {
    constexpr std::int64_t fewest = 32;
    constexpr std::int64_t most = 256;
    return std::clamp(pages() / 16, fewest, most);
}

Expected<void> remove_store(const std::filesystem::path& file) {
    for (const std::string_view suffix : {std::string_view(), companions[0], companions[1]}) {
        std::error_code error;
        std::filesystem::remove(beside(file, suffix), error);
        if (error)
            return fail(ErrorCode::failed,
                        fmt::format("cannot remove the history {}: {}", file.string(), error.message()),
                        "check the mode of the directory, or remove the file");
    }
    return {};
}

} // namespace bgs2::history
