// SPDX-License-Identifier: Apache-2.0
// A BGS2 played for another program, so that the frame it sends can be caught (protocol.md §2 and §5). Pure:
// bytes in, bytes out; whoever holds the line says when it was quiet.
#pragma once

#include "daemon/base/bytes.h"
#include "daemon/base/error.h"
#include "daemon/pki/secret.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace bgs2::cli {

/// What a program sent after `SECURE CMD READY`.
struct CaughtFrame {
    std::string store;          ///< as the program named it, "is_cert"
    pki::Secret bytes;          ///< all that came, but for the LF of the command line
    std::size_t dropped = 0;    ///< bytes beyond what a frame can be, which were not kept
    std::optional<Error> error; ///< why it is no sound frame
    std::string answer;         ///< the result line that the program was given
};

class ModemEmulator {
  public:
    using Duration = std::chrono::milliseconds;

    /// How long nothing may come before what came is taken as it is: of a frame that is sound, of one that is
    /// not (yet), and where a frame was asked for and has not begun (assumed, protocol.md §2).
    static constexpr Duration sound_quiet{300};
    static constexpr Duration unsound_quiet{2'000};
    static constexpr Duration frame_timeout{60'000};

    explicit ModemEmulator(std::string imei);

    /// Takes what came over the line, and gives what the modem says to it.
    [[nodiscard]] std::string feed(ByteView bytes);

    /// How long the line has to be quiet for quiet() to be called; nothing: the modem waits for a command.
    [[nodiscard]] std::optional<Duration> quiet_after() const;

    /// The line was quiet for that long: ends the frame, and gives what the modem says to it.
    [[nodiscard]] std::string quiet();

    /// The frame that ended since the last call.
    [[nodiscard]] std::optional<CaughtFrame> take_frame();

  private:
    /// How the program ends its lines, as far as that was seen: is there a LF behind the CR?
    enum class LineEnd { unknown, cr, cr_lf };

    std::string feed_command(std::byte byte);
    void feed_frame(ByteView bytes);
    std::string answer(std::string_view command);
    std::string answer_query(std::string_view command);
    std::string begin_frame(std::string_view arguments);
    [[nodiscard]] std::string refusal() const;
    [[nodiscard]] ByteView received() const { return frame_.bytes().first(size_); }
    [[nodiscard]] ByteView frame() const; ///< received(), but for the command line's LF

    std::string imei_;
    std::string line_;
    LineEnd line_end_ = LineEnd::unknown;
    bool after_cr_ = false;
    bool echo_ = true;
    int error_report_ = 0; ///< AT+CMEE
    bool in_frame_ = false;
    bool line_is_over_ = false; ///< the LF of the frame's command line was seen
    std::string store_;
    pki::Secret frame_; ///< room for the longest; `size_` bytes of it came
    std::size_t size_ = 0;
    std::size_t dropped_ = 0;
    std::optional<CaughtFrame> caught_;
};

} // namespace bgs2::cli
