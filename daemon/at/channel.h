// SPDX-License-Identifier: Apache-2.0
// A conversation with a module over a serial port: commands, answers, URCs, bytes, each with a deadline.
#pragma once

#include "daemon/at/answer.h"
#include "daemon/at/line_reader.h"
#include "daemon/at/serial_port.h"
#include "daemon/at/tap.h"
#include "daemon/base/bytes.h"
#include "daemon/base/error.h"
#include "daemon/base/immovable.h"

#include <asio/awaitable.hpp>
#include <asio/cancellation_state.hpp>
#include <asio/steady_timer.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bgs2::at {

/// One coroutine at a time uses a channel; wake() and interrupt() may be called meanwhile, from the same
/// thread. Every function that waits throws Exception: ModemTimeout (deadline), DeviceGone (unplugged, hung
/// up, or the module has restarted or shut down), the error passed to interrupt(); and Cancelled if the
/// cancellation slot of the awaiting coroutine was signalled. That coroutine must have set
/// this_coro::throw_if_cancelled(false): otherwise Asio throws its own error at any await.
class Channel {
  public:
    using Clock = std::chrono::steady_clock;
    using Progress = std::function<void(std::size_t sent)>; ///< bytes that the kernel has accepted so far

    /// `tap` receives all data that is sent and received; null: none does.
    Channel(SerialPort port, const LineSettings& settings, std::unique_ptr<Tap> tap = nullptr);

    /// Sets a flag for the lifetime of this object.
    class ScopedFlag : Immovable {
      public:
        explicit ScopedFlag(bool& flag)
          : flag_(flag)
          , before_(std::exchange(flag, true)) {}
        ~ScopedFlag() { flag_ = before_; }

      private:
        bool& flag_;
        bool before_;
    };

    /// Whether an answer has the form that the command requires.
    using Form = std::function<bool(const Answer& answer)>;

    /// Sends `text` and CR, and collects the answer up to the final result line. An OK without an answer of
    /// the form can be the late one of an earlier command: the answer that follows it is returned then, or
    /// the first one if none begins within half a second.
    asio::awaitable<Answer> command(std::string text, Clock::duration timeout, Form form = {});

    /// Sends `text` and CR, `settle` after the last answer at the earliest. Drops input received before.
    asio::awaitable<void> send_line(std::string text);

    /// The next line that is neither the echo of the last command nor a URC. If no time is left, it throws
    /// ModemTimeout even if there is a line, so that a device that sends without end cannot keep a loop of
    /// calls busy forever.
    asio::awaitable<std::string> line(Clock::duration timeout);

    /// Sends bytes unchanged. Not interrupted once begun, so that the module does not wait for the rest of a
    /// frame. `shown` are the parts that a tap may keep. Default: none.
    asio::awaitable<void> send_bytes(ByteView bytes, Clock::duration timeout, Progress progress,
                                     std::vector<Extent> shown = {});

    /// Waits until wake() is called or the deadline passes; returns at once if wake() was called since the
    /// last call. Without a deadline it uses no timer.
    asio::awaitable<void> idle(std::optional<Clock::time_point> deadline);
    void wake();

    /// Makes the current wait and all later ones throw `error`, until resume().
    void interrupt(Error error);
    void resume() { interruption_.reset(); }

    /// While the result lives, interrupt() is deferred unless the error is DeviceGone, so that the module
    /// does not take the next commands for a part of unfinished data. Throws an earlier error of interrupt().
    [[nodiscard]] ScopedFlag uninterrupted();

    [[nodiscard]] bool is_uninterrupted() const { return uninterrupted_; }

    /// While the result lives, a restart of the module is expected. At any other time each function that
    /// waits throws DeviceGone from then on: the module takes the rest of a frame for commands, and needs to
    /// be identified again.
    [[nodiscard]] ScopedFlag restart_expected() { return ScopedFlag(restart_expected_); }

    /// The OK that follows a result is missing: is_late_final() accepts it for a while.
    void expect_late_final() { late_final_until_ = Clock::now() + late_final_time; }
    /// Whether the line is that OK; once.
    bool is_late_final(std::string_view line);

    /// The time since data was last sent or received; zero if there was none.
    [[nodiscard]] Clock::duration quiet_for() const;

    /// The last bytes that were received since reset().
    [[nodiscard]] ByteView received() const { return as_bytes(received_); }

    /// Applies other settings of the line.
    void apply(const LineSettings& settings);

    /// Discards all pending input and output: before synchronising with the module again.
    void reset();

    [[nodiscard]] SerialPort& port() { return port_; }

  private:
    /// Twice as long as modules were seen to delay the OK.
    static constexpr std::chrono::seconds late_final_time{15};

    /// The lines up to a final result line; the first line comes before `first`.
    asio::awaitable<Answer> answer_until(Clock::time_point first, Clock::time_point deadline);
    /// Feeds the next input to the reader; returns without input at the deadline, or when idle and woken.
    asio::awaitable<void> receive(std::optional<Clock::time_point> deadline);
    asio::awaitable<void> settle();
    std::optional<std::string> next_line();
    void drop_leftovers();
    void feed_available();                                   ///< feeds input that is available already
    void feed(std::size_t size);                             ///< feeds this many bytes of the buffer
    void throw_if_module_ended(std::string_view when) const; ///< restarted or shut down
    [[nodiscard]] bool interrupted() const;
    void throw_if_interrupted() const;
    void throw_if_ended(const asio::cancellation_state& cancellation) const; ///< interrupted or cancelled
    /// Throws the cause of a failed operation: an interruption, a cancellation or the end of the port.
    [[noreturn]] void throw_failed(const std::error_code& error) const;

    SerialPort port_;
    std::chrono::milliseconds settle_;
    asio::steady_timer timer_;
    std::unique_ptr<Tap> tap_;
    LineReader reader_;
    std::deque<std::string> lines_; ///< received, up to a restart or shutdown
    std::string received_;
    std::string end_;                                     ///< "restarted" or "shut down"; empty: neither
    bool body_follows_ = false;                           ///< the next line belongs to a URC
    Clock::time_point active_ = Clock::time_point::min(); ///< when data was last sent or received
    Clock::time_point late_final_until_ = Clock::time_point::min();
    std::array<std::byte, 512> buffer_{};
    std::string last_command_;
    Clock::time_point last_answer_ = Clock::time_point::min();
    Clock::time_point asked_; ///< when the last byte of a command or frame was sent
    std::optional<Error> interruption_;
    bool uninterrupted_ = false;
    bool idle_ = false;
    bool woken_ = false;
    bool restart_expected_ = false;
};

} // namespace bgs2::at
