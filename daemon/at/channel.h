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
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bgs2::at {

/// One coroutine at a time talks through a channel; wake() and interrupt() may be called meanwhile, from the
/// same thread. All that waits throws Exception: ModemTimeout (deadline), DeviceGone (unplugged, hung up),
/// what interrupt() was given; and Cancelled if the awaiting coroutine's cancellation slot was signalled, for
/// which it must have set this_coro::throw_if_cancelled(false): Asio would else throw its own error at any
/// await.
class Channel {
  public:
    using Clock = std::chrono::steady_clock;
    using Progress = std::function<void(std::size_t sent)>; ///< bytes that the kernel took so far

    /// `tap` listens to all that is said and heard; null: nobody does.
    Channel(SerialPort port, const LineSettings& settings, std::unique_ptr<Tap> tap = nullptr);

    /// A flag that is up for as long as this lives.
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

    /// Sends `text` and CR, and collects what comes up to the final result line.
    asio::awaitable<Answer> command(std::string text, Clock::duration timeout);

    /// Sends `text` and CR, `settle` after the last answer at the earliest. What came in until then is
    /// dropped.
    asio::awaitable<void> send_line(std::string text);

    /// The next line that is neither the echo of the last command nor a URC. Without any time left it throws
    /// ModemTimeout even if there is one, so that a chatterer can not keep a loop of calls busy for ever.
    asio::awaitable<std::string> line(Clock::duration timeout);

    /// Sends bytes as they are. Not interrupted once begun, so that the module is not left within a frame.
    /// `shown` is what a tap may keep of them: unless told otherwise, nothing.
    asio::awaitable<void> send_bytes(ByteView bytes, Clock::duration timeout, Progress progress,
                                     std::vector<Extent> shown = {});

    /// Waits until wake() is called, the deadline passes or the module restarts; returns at once if that has
    /// happened since the last call. Without a deadline it takes no timer.
    asio::awaitable<void> idle(std::optional<Clock::time_point> deadline);
    void wake();

    /// Lets what waits now, and all that would wait later, throw `error`, until resume().
    void interrupt(Error error);
    void resume() { interruption_.reset(); }

    /// While the result lives, interrupt() is put off, so that the module is not left within something that
    /// it would take the next commands for a part of; unless the error is DeviceGone. Throws what interrupt()
    /// was given before.
    [[nodiscard]] ScopedFlag uninterrupted();

    /// Whether the module said since the last call that it has started anew.
    bool consume_restart() { return std::exchange(restarted_, false); }

    /// Takes over other settings of the line.
    void apply(const LineSettings& settings);

    /// Forgets all that came in or waits to go out: before the module is asked for its attention anew.
    void reset();

    [[nodiscard]] SerialPort& port() { return port_; }

  private:
    /// Feeds the reader with what comes next; returns at the deadline, or when idle and woken, without.
    asio::awaitable<void> receive(std::optional<Clock::time_point> deadline);
    asio::awaitable<void> settle();
    std::optional<std::string> next_line();
    void drop_leftovers();
    void feed(std::size_t size); ///< takes so many bytes of the buffer
    [[nodiscard]] bool interrupted() const;
    void throw_if_interrupted() const;
    void throw_if_ended(const asio::cancellation_state& cancellation) const; ///< interrupted or cancelled
    /// Throws what the failure of an operation means: an interruption, a cancellation or the end of the port.
    [[noreturn]] void throw_failed(const std::error_code& error) const;

    SerialPort port_;
    std::chrono::milliseconds settle_;
    asio::steady_timer timer_;
    std::unique_ptr<Tap> tap_;
    LineReader reader_;
    std::array<std::byte, 512> buffer_{};
    std::string last_command_;
    Clock::time_point last_answer_ = Clock::time_point::min();
    Clock::time_point asked_; ///< when the last byte of a command or frame was sent
    std::optional<Error> interruption_;
    bool uninterrupted_ = false;
    bool idle_ = false;
    bool woken_ = false;
    bool restarted_ = false;
};

} // namespace bgs2::at
