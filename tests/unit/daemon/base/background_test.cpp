// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/background.h"
#include "tests/support/temporary_directory.h"

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/use_future.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <future>
#include <memory>
#include <stdexcept>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace bgs2 {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

/// Hangs in wait() until the test opens it, or has ended.
class Gate {
  public:
    ~Gate() { open(); }
    void open() {
        if (!std::exchange(opened_, true))
            promise_.set_value();
    }
    [[nodiscard]] std::shared_future<void> future() const { return future_; }

  private:
    std::promise<void> promise_;
    std::shared_future<void> future_ = promise_.get_future().share();
    bool opened_ = false;
};

int wait_for(const std::shared_future<void>& gate) {
    gate.wait();
    return 1;
}

class InBackground : public testing::Test {
  protected:
    ~InBackground() override { background_.stop(); }

    template<class Work, class... Arguments>
    auto start(BackgroundTask task, Work work, Arguments... arguments) {
        return asio::co_spawn(loop_,
                              in_background(background_, std::move(task), work, std::move(arguments)...),
                              asio::use_future);
    }
    auto start_hanging(const std::string& what, const Gate& gate, std::chrono::milliseconds deadline = 1h) {
        return start(BackgroundTask(what, "open it", deadline), wait_for, gate.future());
    }
    template<class Future>
    auto result_of(Future& future) {
        loop_.restart();
        while (future.wait_for(0s) != std::future_status::ready)
            loop_.run_one();
        return future.get();
    }
    template<class Future>
    Error error_of(Future& future) {
        try {
            result_of(future);
        } catch (const Exception& e) {
            return e.error();
        }
        return {};
    }
    /// Tries the same work until the earlier one does not hang any more.
    int result_after_the_end_of(const std::string& what) {
        for (;;) {
            auto next = start(BackgroundTask(what, ""), [] { return 2; });
            try {
                return result_of(next);
            } catch (const Exception& e) {
                if (e.error().code != ErrorCode::busy)
                    throw;
            }
        }
    }

    asio::io_context& loop() { return loop_; }
    Background& background() { return background_; }

  private:
    asio::io_context loop_;
    Background background_{{.at_once = 2, .slow_after = 1ms, .threads = 4}};
};

TEST_F(InBackground, ReturnsWhatTheWorkReturnsInTheThreadThatAwaitsIt) {
    auto thread = asio::co_spawn(
        loop(),
        [](Background& where) -> asio::awaitable<std::array<std::thread::id, 2>> {
            const auto worker = co_await in_background(where, BackgroundTask("ask"),
                                                       [] { return std::this_thread::get_id(); });
            co_return std::array{worker, std::this_thread::get_id()};
        }(background()),
        asio::use_future);
    const auto [worker, waiter] = result_of(thread);
    EXPECT_NE(worker, std::this_thread::get_id());
    EXPECT_EQ(waiter, std::this_thread::get_id());
}

TEST_F(InBackground, ThrowsWhatTheWorkThrows) {
    auto future = start(BackgroundTask("fail"), []() -> int { throw std::runtime_error("on purpose"); });
    EXPECT_THROW(result_of(future), std::runtime_error);
}

TEST_F(InBackground, PassesArgumentsThatCanOnlyBeMoved) {
    auto future = start(
        BackgroundTask("add"), [](std::unique_ptr<int> a, int b) { return *a + b; }, std::make_unique<int>(2),
        3);
    EXPECT_EQ(result_of(future), 5);
}

TEST_F(InBackground, NamesTheWorkItsStepAndAHintAtTheDeadline) {
    const Gate gate;
    auto late = start(
        BackgroundTask("read the files", "mount the disk", 20ms),
        [](const std::shared_future<void>& opened) {
            note_step("reading /mnt/key.pem");
            opened.wait();
        },
        gate.future());
    const Error error = error_of(late);
    EXPECT_EQ(error.code, ErrorCode::failed);
    EXPECT_EQ(error.what, "cannot read the files: no result after 20 ms, while reading /mnt/key.pem");
    EXPECT_EQ(error.hint, "mount the disk");
}

TEST_F(InBackground, AbandonsTheOpeningOfAPipeThatNobodyWrites) {
    const test::TemporaryDirectory directory;
    const auto pipe = directory.path() / "pipe";
    ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    auto late = start(
        BackgroundTask("open the pipe", "", 20ms),
        [](const std::string& path) { ::close(::open(path.c_str(), O_RDONLY | O_CLOEXEC)); }, pipe.string());
    EXPECT_THAT(error_of(late).what, HasSubstr("cannot open the pipe: no result after 20 ms"));
    const int writer = ::open(pipe.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    EXPECT_GE(writer, 0) << "the thread still waits";
    ::close(writer);
    EXPECT_EQ(result_after_the_end_of("open the pipe"), 2);
}

TEST_F(InBackground, RefusesTheSameWorkWhileItHangs) {
    Gate gate;
    auto late = start_hanging("read", gate, 20ms);
    auto queued = start(BackgroundTask("read", "open it"), [] { return 2; });
    EXPECT_EQ(error_of(late).code, ErrorCode::failed);
    const Error error = error_of(queued);
    EXPECT_EQ(error.code, ErrorCode::busy);
    EXPECT_THAT(error.what, testing::StartsWith("cannot read: an earlier attempt still hangs after "));
    EXPECT_EQ(error.hint, "open it");
    auto other = start(BackgroundTask("read another"), [] { return 3; });
    EXPECT_EQ(result_of(other), 3);
    gate.open();
    EXPECT_EQ(result_after_the_end_of("read"), 2);
}

TEST_F(InBackground, RunsTheSameWorkOneAfterTheOther) {
    std::atomic<int> running = 0;
    std::vector<std::future<int>> all;
    for (int i = 0; i < 10; ++i)
        all.push_back(start(
            BackgroundTask("count"),
            [](std::atomic<int>* counter) {
                const int before = counter->fetch_add(1);
                std::this_thread::yield();
                --*counter;
                return before;
            },
            &running));
    for (auto& each : all)
        EXPECT_EQ(result_of(each), 0);
}

TEST_F(InBackground, DoesNotDelayOthersBySlowWork) {
    const Gate gate;
    std::vector<std::future<int>> slow;
    for (int i = 0; i < 3; ++i)
        slow.push_back(start_hanging(std::to_string(i), gate));
    auto other = start(BackgroundTask("other"), [] { return 2; });
    EXPECT_EQ(result_of(other), 2);
}

TEST_F(InBackground, LimitsTheNumberOfThreads) {
    Gate gate;
    std::vector<std::future<int>> slow;
    for (int i = 0; i < 4; ++i)
        slow.push_back(start_hanging(std::to_string(i), gate));
    auto beyond = start(BackgroundTask("go on"), [] { return 2; });
    const Error error = error_of(beyond);
    EXPECT_EQ(error.code, ErrorCode::failed);
    EXPECT_EQ(error.what, "cannot go on: 4 operations hang");
    gate.open();
    for (auto& each : slow)
        EXPECT_EQ(result_of(each), 1);
}

/// Reports in which thread it is destroyed.
struct Destroyed {
    std::promise<std::thread::id> thread;
    ~Destroyed() { thread.set_value(std::this_thread::get_id()); }
};

TEST_F(InBackground, DestroysTheArgumentsAndTheResultOfAbandonedWorkInItsThread) {
    Gate gate;
    auto argument = std::make_unique<Destroyed>();
    auto result = std::make_unique<Destroyed>();
    auto argument_thread = argument->thread.get_future();
    auto result_thread = result->thread.get_future();
    auto late = start(
        BackgroundTask("read", "", 20ms),
        [](const std::shared_future<void>& opened, const std::unique_ptr<Destroyed>&,
           std::unique_ptr<Destroyed> returned) {
            opened.wait();
            return returned;
        },
        gate.future(), std::move(argument), std::move(result));
    EXPECT_EQ(error_of(late).code, ErrorCode::failed);
    EXPECT_NE(argument_thread.wait_for(0s), std::future_status::ready);
    gate.open();
    EXPECT_NE(argument_thread.get(), std::this_thread::get_id());
    EXPECT_NE(result_thread.get(), std::this_thread::get_id());
}

TEST_F(InBackground, IgnoresTheCancellationOfTheAwaitingCoroutine) {
    Gate gate;
    asio::cancellation_signal signal;
    std::optional<int> result;
    asio::co_spawn(loop(), in_background(background(), BackgroundTask("read"), wait_for, gate.future()),
                   asio::bind_cancellation_slot(
                       signal.slot(), [&](const std::exception_ptr&, int value) { result = value; }));
    asio::post(loop(), [&] {
        signal.emit(asio::cancellation_type::all);
        asio::post(loop(), [&] { gate.open(); });
    });
    loop().run();
    EXPECT_EQ(result, 1);
}

TEST_F(InBackground, EndsAllWaitingWhenItStops) {
    const Gate gate;
    std::vector<std::future<int>> hanging;
    for (const char* what : {"one", "two", "one"})
        hanging.push_back(start_hanging(what, gate));
    asio::post(loop(), [this] { background().stop(); });
    loop().run();
    for (auto& each : hanging)
        EXPECT_EQ(error_of(each).code, ErrorCode::cancelled);
    loop().restart();
    auto later = start(BackgroundTask("three"), [] { return 2; });
    EXPECT_EQ(error_of(later).code, ErrorCode::cancelled);
    EXPECT_FALSE(background().ended());
}

TEST_F(InBackground, LeavesNoThreadWhenAllWorkHasEnded) {
    for (int i = 0; i < 3; ++i) {
        auto future = start(BackgroundTask("read"), [] { return 2; });
        EXPECT_EQ(result_of(future), 2);
    }
    // The work has ended; its thread may be about to say so.
    while (!background().ended())
        std::this_thread::yield();
    background().stop();
    EXPECT_TRUE(background().ended());
}

TEST_F(InBackground, MayLoseItsLoopWhileWorkHangs) {
    Gate gate;
    auto argument = std::make_unique<Destroyed>();
    auto destroyed = argument->thread.get_future();
    {
        asio::io_context lost;
        asio::co_spawn(lost,
                       in_background(
                           background(), BackgroundTask("read"),
                           [](const std::shared_future<void>& opened, const std::unique_ptr<Destroyed>&) {
                               opened.wait();
                           },
                           gate.future(), std::move(argument)),
                       [](const std::exception_ptr&) {});
        lost.poll();
    }
    gate.open();
    EXPECT_NE(destroyed.get(), std::this_thread::get_id());
}

TEST_F(InBackground, NeverLosesAResultToADeadlineThatPassesAtTheSameTime) {
    for (int i = 0; i < 300; ++i) {
        auto future = start(
            BackgroundTask("race", "", 1ms),
            [](int round) {
                const auto until = std::chrono::steady_clock::now() + 1ms + (round % 20 - 10) * 20us;
                while (std::chrono::steady_clock::now() < until)
                    std::this_thread::yield();
                return std::make_unique<int>(round);
            },
            i);
        try {
            const auto value = result_of(future);
            ASSERT_TRUE(value);
            EXPECT_EQ(*value, i);
        } catch (const Exception& e) {
            EXPECT_THAT(to_string(e.error()), HasSubstr("cannot race: "));
        }
    }
}

TEST(BackgroundInAProcess, EndsPromptlyWhileAThreadHangs) {
    testing::FLAGS_gtest_death_test_style = "threadsafe";
    const auto end = [] {
        asio::io_context loop;
        Background background;
        std::promise<void> never;
        asio::co_spawn(
            loop,
            in_background(background, BackgroundTask("hang", "", 1ms), wait_for, never.get_future().share()),
            [](const std::exception_ptr&, int) {});
        loop.run();
        background.stop();
        if (!background.ended())
            std::quick_exit(7);
        std::exit(0);
    };
    EXPECT_EXIT(end(), testing::ExitedWithCode(7), "");
}

} // namespace
} // namespace bgs2
