// SPDX-License-Identifier: Apache-2.0
// Writes the history in a thread of its own, without blocking the daemon.
#pragma once

#include "daemon/base/immovable.h"
#include "daemon/base/log.h"
#include "daemon/base/serial_thread.h"
#include "daemon/base/wakeup.h"
#include "daemon/history/entry.h"
#include "daemon/history/filter.h"
#include "daemon/history/store.h"

#include <asio/awaitable.hpp>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <vector>

namespace bgs2::history {

class Recorder : Immovable {
  public:
    /// Called in the thread of the recorder when lost_since() changes.
    using Changed = std::function<void()>;

    /// A disk that answers later than this is not waited for: clients of the bus wait 25 s.
    static constexpr std::chrono::milliseconds default_deadline = std::chrono::seconds(20);

    /// Opens nothing before the first use or set_limits(). `query_deadline` applies to each query.
    Recorder(const Log& log, std::filesystem::path file, Changed changed = nullptr,
             std::chrono::milliseconds query_deadline = default_deadline);
    /// Like finish() without patience.
    ~Recorder();

    /// Opens the file with these limits. `keep` of 0 removes it, and disables recording.
    void set_limits(Limits limits);

    /// Queues the entry for writing. Never blocks. If it cannot be written, or a thousand entries are queued,
    /// it is lost, which is logged once until writing works again; each entry is another attempt.
    void record(Entry entry) noexcept;

    /// The time since which entries are lost; nothing: none are.
    [[nodiscard]] std::optional<Time> lost_since() const;

    /// The result of Store::query() after all entries recorded before. Resumes on the executor of the
    /// awaiting coroutine, which runs on one thread. Throws Exception: Failed (also if there is no result
    /// before the deadline); NotSupported if the history is disabled; Cancelled after stop(). Not
    /// cancellable.
    asio::awaitable<std::vector<Entry>> query(Filter filter);

    /// Ends all queries, also later ones. Call it before the executor of a waiting coroutine is destroyed, in
    /// that executor.
    void stop();

    /// Waits until all entries are written and the file is closed. False: they are not after `patience`,
    /// which is logged; the process must then end by std::quick_exit().
    bool finish(std::chrono::milliseconds patience);

  private:
    class Worker;
    struct Query;

    std::chrono::milliseconds query_deadline_;
    std::shared_ptr<Worker> worker_; ///< shared with posted work
    std::set<Query*> queries_;       ///< that are waited for
    bool stopped_ = false;
    SerialThread thread_;
};

} // namespace bgs2::history
