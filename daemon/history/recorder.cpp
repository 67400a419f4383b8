// SPDX-License-Identifier: Apache-2.0
#include "daemon/history/recorder.h"

#include "daemon/base/counted.h"
#include "daemon/history/clock_check.h"

#include <asio/any_io_executor.hpp>
#include <asio/this_coro.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <mutex>
#include <utility>

namespace bgs2::history {
namespace {

/// A disk that hangs must not fill the memory with queued entries.
constexpr unsigned most_waiting = 1000; // entries

constexpr std::chrono::hours prune_interval{1};

Time now() {
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

std::string count_of(std::uint64_t entries) {
    return counted(entries, "entry", "entries");
}

std::string in_words(Time time) {
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", std::chrono::floor<std::chrono::seconds>(time));
}

} // namespace

/// The state shared with the thread. Members are for the thread only unless they say "any thread".
class Recorder::Worker {
  public:
    Worker(Log log, std::filesystem::path file, Changed changed)
      : log_(std::move(log))
      , file_(std::move(file))
      , changed_(std::move(changed)) {}

    void set_limits(Limits limits) {
        if (store_ && limits == limits_)
            return;
        store_.reset();
        limits_ = limits;
        if (limits_.keep > std::chrono::milliseconds::zero()) {
            if (const auto opened = open(); !opened)
                lose(now(), 0, opened.error());
            return;
        }
        found(); // with the history disabled, none are lost
        if (const auto removed = remove_store(file_); !removed)
            log_.warning("{}", to_string(removed.error()));
    }

    void write(const Entry& entry) {
        write_now(entry);
        --waiting_;
    }

    Expected<std::vector<Entry>> query(const Filter& filter) {
        if (limits_.keep <= std::chrono::milliseconds::zero())
            return fail(ErrorCode::not_supported, "the history is disabled",
                        "set history-keep in bgs2d.toml to more than 0 and reload");
        const auto store = open();
        if (!store)
            return std::unexpected(store.error());
        return (*store)->query(filter);
    }

    /// Folds the write-ahead log into the file, even if the process ends without destructors.
    void close() { store_.reset(); }

    /// For any thread: whether another entry may be posted. Counts it as lost if not.
    bool admit() noexcept {
        if (waiting_.fetch_add(1) < most_waiting)
            return true;
        dismiss();
        return false;
    }

    /// For any thread: an admitted entry could not be posted.
    void dismiss() noexcept {
        --waiting_;
        ++refused_;
    }

    /// For any thread: the thread hangs, and the process ends.
    void report_unwritten() const {
        log_.warning("the disk of the history {} hangs: lost {}", file_.string(), count_of(waiting_));
    }

    /// For any thread.
    [[nodiscard]] const std::filesystem::path& file() const { return file_; }

    /// For any thread.
    [[nodiscard]] std::optional<Time> lost_since() const {
        const std::scoped_lock lock(mutex_);
        return lost_since_;
    }

  private:
    void write_now(const Entry& entry) {
        if (limits_.keep <= std::chrono::milliseconds::zero())
            return;
        const auto store = open();
        if (!store) {
            lose(entry.when, 1, store.error());
            return;
        }
        std::vector<Entry> entries;
        if (lost_since() || refused_ > 0)
            entries.push_back(gap_before(entry));
        entries.push_back(entry);
        if (const auto added = (*store)->add(entries); !added)
            lose(entry.when, 1, added.error());
        else
            found();
    }

    /// The store with the current limits, pruned from time to time.
    Expected<Store*> open() {
        if (store_ && store_->was_moved())
            store_.reset();
        const auto time = std::chrono::steady_clock::now();
        if (!store_) {
            auto store = Store::open(file_, limits_, log_);
            if (!store)
                return std::unexpected(std::move(store.error()));
            store_.emplace(std::move(*store));
            prune_at_ = time;
        }
        if (time >= prune_at_) {
            prune_at_ = time + prune_interval;
            const Time at = now();
            const bool is_trusted = clock_.is_trusted(at, uptime());
            if (auto pruned = store_->prune(is_trusted ? std::optional(at) : std::nullopt); !pruned)
                return std::unexpected(std::move(pruned.error()));
        }
        return &*store_;
    }

    void lose(Time when, std::uint64_t count, const Error& error) {
        lost_ += count;
        if (lost_since())
            return;
        set_lost_since(when);
        log_.with({{"BGS2_REASON", to_string(error)}})
            .event(bgs2::Event::history_lost, "{}; bgs2d continues without writing its history",
                   to_string(error));
    }

    void found() {
        const auto since = lost_since();
        lost_ += refused_.exchange(0);
        const auto lost = std::exchange(lost_, 0);
        if (since)
            log_.notice("the history is written again; lost {} since {}", count_of(lost), in_words(*since));
        else if (lost > 0)
            log_.warning("lost {} of the history: the disk is too slow", count_of(lost));
        if (since)
            set_lost_since(std::nullopt);
    }

    [[nodiscard]] Entry gap_before(const Entry& entry) const {
        const auto since = lost_since().value_or(entry.when);
        return {.when = entry.when,
                .boot_id = entry.boot_id,
                .event = EntryKind::gap,
                .error = std::string(word(ErrorCode::failed)),
                .message =
                    fmt::format("lost {} since {}", count_of(lost_ + refused_.load()), in_words(since)),
                .duration = std::max(entry.when - since, std::chrono::milliseconds::zero())};
    }

    void set_lost_since(std::optional<Time> since) {
        {
            const std::scoped_lock lock(mutex_);
            lost_since_ = since;
        }
        if (changed_)
            changed_();
    }

    Log log_;
    std::filesystem::path file_;
    Changed changed_;
    Limits limits_;
    std::optional<Store> store_;
    ClockCheck clock_;
    std::chrono::steady_clock::time_point prune_at_;
    std::uint64_t lost_ = 0; ///< entries since lost_since_
    std::atomic<unsigned> waiting_ = 0;
    std::atomic<std::uint64_t> refused_ = 0; ///< lost before they were posted
    mutable std::mutex mutex_;
    std::optional<Time> lost_since_; ///< guarded by the mutex
};

struct Recorder::Query {
    /// The waiting of a coroutine, which may be destroyed meanwhile.
    class Waiting : Immovable {
      public:
        Waiting(Query& query, std::set<Query*>& all)
          : query_(query)
          , all_(all) {
            all_.insert(&query_);
        }
        ~Waiting() {
            all_.erase(&query_);
            query_.wakeup->close();
        }

      private:
        Query& query_;
        std::set<Query*>& all_;
    };

    explicit Query(const asio::any_io_executor& executor)
      : wakeup(std::make_shared<Wakeup>(executor)) {}

    std::shared_ptr<Wakeup> wakeup;
    std::optional<Expected<std::vector<Entry>>> result; ///< for the thread until it is done
    std::atomic<bool> done = false;
};

Recorder::Recorder(const Log& log, std::filesystem::path file, Changed changed,
                   std::chrono::milliseconds query_deadline)
  : query_deadline_(query_deadline)
  , worker_(std::make_shared<Worker>(log, std::move(file), std::move(changed))) {}

Recorder::~Recorder() = default;

void Recorder::set_limits(Limits limits) {
    thread_.post([worker = worker_, limits] { worker->set_limits(limits); });
}

void Recorder::record(Entry entry) noexcept {
    if (!worker_->admit())
        return;
    try {
        thread_.post([worker = worker_, entry = std::move(entry)] { worker->write(entry); });
    } catch (const std::exception&) {
        worker_->dismiss();
    }
}

std::optional<Time> Recorder::lost_since() const {
    return worker_->lost_since();
}

asio::awaitable<std::vector<Entry>> Recorder::query(Filter filter) {
    const auto query = std::make_shared<Query>(co_await asio::this_coro::executor);
    const Query::Waiting waiting(*query, queries_);
    if (!stopped_)
        thread_.post([worker = worker_, query, wanted = std::move(filter)] {
            query->result = worker->query(wanted);
            query->done = true;
            query->wakeup->wake();
        });
    const auto deadline = std::chrono::steady_clock::now() + query_deadline_;
    while (!query->done && !stopped_ && std::chrono::steady_clock::now() < deadline)
        co_await query->wakeup->wait(deadline);
    if (query->done) {
        // NOLINTNEXTLINE(bugprone-unchecked-optional-access): set before `done`
        auto& result = *query->result;
        if (!result) // not value_or_throw(): a false alarm of g++ 12 about uninitialized memory
            throw Exception(std::move(result.error()));
        co_return std::move(*result);
    }
    if (stopped_)
        throw Exception(
            Error{ErrorCode::cancelled, "bgs2d is stopping", "call again after it has restarted"});
    throw Exception(Error{ErrorCode::failed,
                          fmt::format("cannot read the history {}: no result after {} ms",
                                      worker_->file().string(), query_deadline_.count()),
                          "check its disk with 'journalctl -k'"});
}

void Recorder::stop() {
    stopped_ = true;
    for (Query* query : queries_)
        query->wakeup->wake();
}

bool Recorder::finish(std::chrono::milliseconds patience) {
    try {
        thread_.post([worker = worker_] { worker->close(); });
    } catch (const std::exception&) { // NOLINT(bugprone-empty-catch)
        // The file is closed with the process.
    }
    const bool written = thread_.finish(patience);
    if (!written)
        worker_->report_unwritten();
    return written;
}

} // namespace bgs2::history
