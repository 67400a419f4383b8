// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/background.h"

#include "daemon/base/blocked_signals.h"
#include "daemon/base/wakeup.h"

#include <asio/this_coro.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <list>
#include <mutex>
#include <thread>
#include <vector>

namespace bgs2 {
namespace {

using Clock = std::chrono::steady_clock;

std::string in_words(std::chrono::milliseconds time) {
    return time < std::chrono::seconds(1)
               ? fmt::format("{} ms", time.count())
               : fmt::format("{} s", std::chrono::floor<std::chrono::seconds>(time).count());
}

std::exception_ptr as_exception(Error error) {
    return std::make_exception_ptr(Exception(std::move(error)));
}

} // namespace

/// Its members are guarded by its mutex, and so are those of all runs.
class Background::Pool : public std::enable_shared_from_this<Pool>, Immovable {
  public:
    struct Run {
        Run(BackgroundTask what, std::move_only_function<void()> perform, std::shared_ptr<Wakeup> wake)
          : task(std::move(what))
          , work(std::move(perform))
          , wakeup(std::move(wake)) {}

        BackgroundTask task;
        std::move_only_function<void()> work;
        std::shared_ptr<Wakeup> wakeup;
        std::thread thread{};
        Clock::time_point started{};
        bool running = false;
        bool has_place = false; ///< counts towards Limits::at_once
        bool waited_for = true;
        bool done = false; ///< nothing to wait for any more
        std::exception_ptr exception{};
        std::string step{};
    };
    using RunPointer = std::shared_ptr<Run>;

    explicit Pool(Limits limits)
      : limits_(limits) {}
    ~Pool() {
        if (ended_.joinable())
            ended_.join();
    }

    void submit(const RunPointer& run) {
        const std::scoped_lock lock(mutex_);
        if (stopped_) {
            end_waiting(run, as_exception(stopping()));
            return;
        }
        queue_.push_back(run);
        start_queued();
    }

    /// The time until which there is nothing to do for this run; nothing: it is done. Abandons it at its
    /// deadline.
    std::optional<Clock::time_point> look_after(const RunPointer& run) {
        const std::scoped_lock lock(mutex_);
        if (run->done)
            return std::nullopt;
        if (!run->running)
            return Clock::time_point::max();
        const auto now = Clock::now();
        const auto deadline = run->started + run->task.deadline;
        if (now >= deadline) {
            end_waiting(run, as_exception(late(*run)));
            start_queued();
            return std::nullopt;
        }
        const auto slow = run->started + limits_.slow_after;
        if (run->has_place && now < slow)
            return std::min(slow, deadline);
        if (run->has_place) {
            give_up_place(*run);
            start_queued();
        }
        return deadline;
    }

    /// The result: returns or throws what the work did.
    std::exception_ptr exception_of(const RunPointer& run) {
        const std::scoped_lock lock(mutex_);
        return std::exchange(run->exception, nullptr);
    }

    /// The coroutine does not wait any more, with or without a result.
    void leave(const RunPointer& run) {
        run->wakeup->close();
        std::move_only_function<void()> unused; // destroyed after the lock
        const std::scoped_lock lock(mutex_);
        if (run->done)
            return;
        if (!run->running)
            unused = std::move(run->work);
        end_waiting(run, nullptr);
        start_queued();
    }

    void stop() {
        const std::scoped_lock lock(mutex_);
        stopped_ = true;
        for (const RunPointer& run : std::vector(queue_.begin(), queue_.end()))
            end_waiting(run, as_exception(stopping()));
        for (const RunPointer& run : running_) {
            if (run->waited_for)
                end_waiting(run, as_exception(stopping()));
            if (run->thread.joinable()) {
                run->thread.detach();
                left_behind_ = true;
            }
        }
        if (ended_.joinable())
            ended_.join(); // has nothing to do any more
    }

    [[nodiscard]] bool ended() {
        const std::scoped_lock lock(mutex_);
        return running_.empty() && !left_behind_;
    }

    static void note_step(std::string step) {
        if (current_ == nullptr)
            return;
        const std::scoped_lock lock(current_->pool.mutex_);
        current_->run.step = std::move(step);
    }

  private:
    struct Current {
        Pool& pool;
        Run& run;
    };

    /// Nothing waits for the run any more.
    void end_waiting(const RunPointer& run, std::exception_ptr exception) {
        give_up_place(*run);
        run->waited_for = false;
        run->done = true;
        run->exception = std::move(exception);
        run->wakeup->wake();
        queue_.remove(run);
    }

    void give_up_place(Run& run) {
        if (std::exchange(run.has_place, false))
            --places_taken_;
    }

    /// Starts what may be started, in order.
    void start_queued() {
        for (auto next = queue_.begin(); next != queue_.end();) {
            const RunPointer run = *next++; // end_waiting() removes it from the queue
            const auto same = std::ranges::find(running_, run->task.what,
                                                [](const RunPointer& each) { return each->task.what; });
            if (same != running_.end() && !(*same)->waited_for)
                end_waiting(run, as_exception(still_hangs(**same)));
            else if (same == running_.end() && running_.size() >= limits_.threads)
                end_waiting(run, as_exception(too_many(*run)));
            else if (same == running_.end() && places_taken_ < limits_.at_once)
                start(run);
        }
    }

    void start(const RunPointer& run) {
        try {
            const BlockedSignals blocked;
            running_.push_back(run);
            run->thread = std::thread([self = shared_from_this(), run] { self->perform(run); });
        } catch (const std::exception& e) {
            running_.remove(run);
            end_waiting(run, as_exception({ErrorCode::failed,
                                           fmt::format("cannot {}: cannot start a thread: {}", run->task.what,
                                                       e.what()),
                                           "raise TasksMax= of bgs2d.service"}));
            return;
        }
        queue_.remove(run);
        run->started = Clock::now();
        run->running = true;
        run->has_place = true;
        ++places_taken_;
        run->wakeup->wake(); // its deadline is known now
    }

    /// In the thread of the run.
    void perform(const RunPointer& run) {
        Current current{*this, *run};
        current_ = &current;
        std::exception_ptr exception;
        try {
            run->work(); // submit() has set it before the thread began
        } catch (...) {
            exception = std::current_exception();
        }
        run->work = nullptr; // its arguments are destroyed here, whoever waits
        current_ = nullptr;
        std::thread earlier;
        {
            const std::scoped_lock lock(mutex_);
            running_.remove(run);
            give_up_place(*run);
            if (run->waited_for) {
                run->done = true;
                run->exception = std::move(exception);
                run->wakeup->wake();
            }
            start_queued();
            if (!stopped_)
                earlier = std::exchange(ended_, std::move(run->thread));
        }
        if (earlier.joinable())
            earlier.join();
    }

    [[nodiscard]] static Error stopping() {
        return {ErrorCode::cancelled, "bgs2d is stopping", "call again after it has restarted"};
    }

    [[nodiscard]] static Error late(const Run& run) {
        return {ErrorCode::failed,
                fmt::format("cannot {}: no result after {}{}", run.task.what, in_words(run.task.deadline),
                            during(run)),
                run.task.hint};
    }

    [[nodiscard]] static Error still_hangs(const Run& run) {
        const auto since = std::chrono::floor<std::chrono::milliseconds>(Clock::now() - run.started);
        return {ErrorCode::busy,
                fmt::format("cannot {}: an earlier attempt still hangs after {}{}", run.task.what,
                            in_words(since), during(run)),
                run.task.hint};
    }

    [[nodiscard]] Error too_many(const Run& run) const {
        return {ErrorCode::failed,
                fmt::format("cannot {}: {} operations hang", run.task.what, limits_.threads),
                "check the file systems and tokens that the policies name, then restart bgs2d"};
    }

    [[nodiscard]] static std::string during(const Run& run) {
        return run.step.empty() ? "" : ", while " + run.step;
    }

    static thread_local Current* current_;

    Limits limits_;
    std::mutex mutex_;
    std::list<RunPointer> queue_;
    std::list<RunPointer> running_;
    unsigned places_taken_ = 0;
    /// The thread that ended last. The next one joins it: none is left when the process ends.
    std::thread ended_;
    bool left_behind_ = false;
    bool stopped_ = false;
};

thread_local Background::Pool::Current* Background::Pool::current_ = nullptr;

/// The waiting of a coroutine, which may be destroyed meanwhile.
class Background::Waiting : Immovable {
  public:
    Waiting(std::shared_ptr<Pool> pool, Pool::RunPointer run)
      : pool_(std::move(pool))
      , run_(std::move(run)) {}
    ~Waiting() { pool_->leave(run_); }

  private:
    std::shared_ptr<Pool> pool_;
    Pool::RunPointer run_;
};

Background::Background(Limits limits)
  : pool_(std::make_shared<Pool>(limits)) {}

Background::~Background() {
    stop();
}

// NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters): they are values
asio::awaitable<void> Background::run(BackgroundTask task, std::move_only_function<void()> work) {
    const auto pool = pool_;
    const auto executor = co_await asio::this_coro::executor;
    const bool throws = co_await asio::this_coro::throw_if_cancelled();
    co_await asio::this_coro::throw_if_cancelled(false);
    const auto run =
        std::make_shared<Pool::Run>(std::move(task), std::move(work), std::make_shared<Wakeup>(executor));
    {
        const Waiting waiting(pool, run);
        pool->submit(run);
        while (const auto until = pool->look_after(run))
            co_await run->wakeup->wait(*until);
    }
    co_await asio::this_coro::throw_if_cancelled(throws);
    if (const auto exception = pool->exception_of(run))
        std::rethrow_exception(exception);
}

void Background::stop() {
    pool_->stop();
}

bool Background::ended() const {
    return pool_->ended();
}

void note_step(std::string step) {
    Background::Pool::note_step(std::move(step));
}

} // namespace bgs2
