// SPDX-License-Identifier: Apache-2.0
// Writes the history in the background, without blocking the daemon.
#pragma once

#include "daemon/base/log.h"
#include "daemon/history/entry.h"
#include "daemon/history/filter.h"
#include "daemon/history/store.h"

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace bgs2::history {

class Recorder {
  public:
    /// Called in the background when lost_since() changes.
    using Changed = std::function<void()>;

    /// Opens nothing before the first use or set_limits(). `background` does all work in sequence; posted
    /// work is complete when it is joined, even if the recorder is destroyed before.
    Recorder(const asio::any_io_executor& background, const Log& log, std::filesystem::path file,
             Changed changed = nullptr);

    /// Opens the file with these limits. `keep` of 0 removes it, and disables recording.
    void set_limits(Limits limits);

    /// Queues the entry for writing. Never blocks. If it cannot be written, or a thousand entries are queued,
    /// it is lost, which is logged once until writing works again; each entry is another attempt.
    void record(Entry entry) noexcept;

    /// The time since which entries are lost; nothing: none are.
    [[nodiscard]] std::optional<Time> lost_since() const;

    /// The result of Store::query() after all entries recorded before. Resumes on the executor of the
    /// awaiting coroutine. Throws Exception: Failed; NotSupported if the history is disabled.
    asio::awaitable<std::vector<Entry>> query(Filter filter);

  private:
    class Worker;

    asio::any_io_executor background_; ///< a strand
    std::shared_ptr<Worker> worker_;   ///< shared with posted work
};

} // namespace bgs2::history
