// SPDX-License-Identifier: Apache-2.0
// Runs blocking work in threads of its own while a coroutine waits for it,
// for a limited time: a file system, a token or a key may hang for ever.
#pragma once

#include "daemon/base/error.h"
#include "daemon/base/immovable.h"

#include <asio/awaitable.hpp>

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

namespace bgs2 {

/// In a thread of Background: names the current step, after "while": "reading /mnt/key.pem". The error of a
/// missed deadline contains it. Does nothing in other threads. Not for secrets.
void note_step(std::string step);

/// One piece of blocking work, for messages and limits.
struct BackgroundTask {
    /// Sufficient for local files, most tokens, and keys that are encrypted with usual parameters.
    static constexpr std::chrono::milliseconds default_deadline = std::chrono::seconds(30);

    // Not an aggregate: g++ 12 destroys those twice within co_await expressions.
    explicit BackgroundTask(std::string done, std::string advice = {},
                            std::chrono::milliseconds time = default_deadline)
      : what(std::move(done))
      , hint(std::move(advice))
      , deadline(time) {}

    /// The action, as a phrase after "cannot": "read the files for modem 356938035643809". Work with the
    /// same `what` runs one after the other, and not at all while a piece that missed its deadline hangs.
    std::string what;
    std::string hint;                   ///< an imperative for the case that the deadline is missed
    std::chrono::milliseconds deadline; ///< from the start of the work
};

/// Has no thread at rest: each piece of work gets one, which ends with it.
class Background : Immovable {
  public:
    struct Limits {
        /// Pieces of work that run at once, not counting slow ones: those must not delay others.
        unsigned at_once = 4;
        std::chrono::milliseconds slow_after = std::chrono::seconds(1);
        /// Threads, with those that were abandoned. TasksMax= of the unit allows for them.
        unsigned threads = 64;
    };

    Background()
      : Background(Limits()) {}
    explicit Background(Limits limits);
    /// Like stop().
    ~Background();

    /// Runs `work` in a thread, which also destroys it, and throws what it throws. Throws Exception instead:
    /// Failed, if the deadline is missed or there are too many threads; Busy, if earlier work with the same
    /// `what` still hangs; Cancelled after stop(). The thread of work that missed its deadline is left until
    /// it ends. The executor of the awaiting coroutine runs on one thread. Not cancellable.
    asio::awaitable<void> run(BackgroundTask task, std::move_only_function<void()> work);

    /// Ends all waiting, and starts nothing any more. Call it before the executors of waiting coroutines are
    /// destroyed.
    void stop();

    /// After stop(): whether all threads have ended. Otherwise the process must end without destroying what
    /// they may use: by std::quick_exit().
    [[nodiscard]] bool ended() const;

  private:
    friend void note_step(std::string step);
    class Pool;
    class Waiting;

    std::shared_ptr<Pool> pool_; ///< shared with the threads
};

/// Returns or throws what work(arguments...) does in a thread of `background`; errors as Background::run().
/// The arguments are passed by value and belong to the work: they are destroyed with it, maybe long after the
/// deadline; `work` has no captures.
template<class Work, class... Arguments>
asio::awaitable<std::invoke_result_t<Work, Arguments...>>
in_background(Background& background, BackgroundTask task, Work work, Arguments... arguments) {
    using Result = std::invoke_result_t<Work, Arguments...>;
    using Stored = std::conditional_t<std::is_void_v<Result>, std::monostate, Result>;
    // Shared: the coroutine may have left when the work ends.
    auto result = std::make_shared<std::optional<Stored>>();
    auto perform = [result, work = std::move(work),
                    given = std::tuple<Arguments...>(std::move(arguments)...)]() mutable {
        if constexpr (std::is_void_v<Result>)
            std::apply(work, std::move(given));
        else
            result->emplace(std::apply(work, std::move(given)));
    };
    co_await background.run(std::move(task), std::move(perform));
    if constexpr (!std::is_void_v<Result>)
        co_return std::move(**result);
}

} // namespace bgs2
