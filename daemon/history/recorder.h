// SPDX-License-Identifier: Apache-2.0
// The history as the daemon keeps it: in the background, and never in the daemon's way.
#pragma once

#include "daemon/base/log.h"
#include "daemon/history/entry.h"
#include "daemon/history/filter.h"
#include "daemon/history/store.h"

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace bgs2::history {

class Recorder {
  public:
    /// Is called in the background whenever lost_since() is another.
    using Changed = std::function<void()>;

    /// Nothing is opened before it is needed, or set_limits() is called. All work is done by `background`,
    /// one after the other; what was posted is done when that is joined, whether or not the recorder still
    /// lives.
    Recorder(const asio::any_io_executor& background, const Log& log, std::filesystem::path file,
             Changed changed = nullptr);

    /// Opens the file with these bounds. `keep` of 0: removes it, and records nothing from then on.
    void set_limits(Limits limits);

    /// Has the entry written. Never blocks. If it can not be written, or a thousand wait for that, it is
    /// lost, which the log tells once until it works again; each entry is another try.
    void record(Entry entry) noexcept;

    /// Since when entries are lost; nothing: none is.
    [[nodiscard]] std::optional<Time> lost_since() const;

    /// What Store::query() finds, after all that was recorded before. Completes where it is awaited. Throws
    /// Exception: Failed; NotSupported, if no history is kept.
    asio::awaitable<std::vector<Entry>> query(Filter filter);

  private:
    class Worker;

    asio::any_io_executor background_; ///< a strand
    std::shared_ptr<Worker> worker_;   ///< shared with what was posted
};

} // namespace bgs2::history
