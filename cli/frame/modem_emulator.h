// SPDX-License-Identifier: Apache-2.0
// Emulates a BGS2 for another program to capture the frame that it sends (protocol.md §2 and §5). Pure: bytes
// in, bytes out; the owner of the line reports when it was quiet.
#pragma once

#include "daemon/base/bytes.h"
#include "daemon/base/error.h"
#include "daemon/pki/secret.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace bgs2::cli {

/// The bytes that a program sent after `SECURE CMD READY`.
struct CaughtFrame {
    std::string store;          ///< as the program named it, "is_cert"
    pki::Secret bytes;          ///< all bytes except the LF of the command line
    std::size_t dropped = 0;    ///< bytes beyond the longest frame, which were discarded
    std::optional<Error> error; ///< of an invalid frame
    std::string answer;         ///< the result line that the program received
};

class ModemEmulator {
  public:
    using Duration = std::chrono::milliseconds;

    /// The silence that ends a frame: a valid one, one that is not (yet) valid, and one that has not begun
    /// (assumed, protocol.md §2).
    static constexpr Duration valid_frame_quiet{300};
    static constexpr Duration invalid_frame_quiet{2'000};
    static constexpr Duration frame_timeout{60'000};

    explicit ModemEmulator(std::string imei);

    /// Processes bytes from the line. Returns the modem's answer.
    [[nodiscard]] std::string feed(ByteView bytes);

    /// Call quiet() once the line was quiet for this time; nothing: the modem waits for a command.
    [[nodiscard]] std::optional<Duration> quiet_after() const;

    /// The line was quiet for that time: ends the frame. Returns the modem's answer.
    [[nodiscard]] std::string quiet();

    /// The frame that ended since the last call.
    [[nodiscard]] std::optional<CaughtFrame> take_frame();

  private:
    /// The line ends that the program uses, once known: with or without a LF after the CR.
    enum class LineEnd { unknown, cr, cr_lf };

    std::string feed_command(std::byte byte);
    void feed_frame(ByteView bytes);
    std::string answer(std::string_view command);
    std::string answer_query(std::string_view command);
    std::string begin_frame(std::string_view arguments);
    [[nodiscard]] std::string refusal() const;
    [[nodiscard]] ByteView received() const { return frame_.bytes().first(size_); }
    [[nodiscard]] ByteView frame() const; ///< received() without the LF of the command line

    std::string imei_;
    std::string line_;
    LineEnd line_end_ = LineEnd::unknown;
    bool after_cr_ = false;
    bool echo_ = true;
    int error_report_ = 0; ///< AT+CMEE
    bool in_frame_ = false;
    bool line_is_over_ = false; ///< the LF of the command line was received
    std::string store_;
    pki::Secret frame_; ///< room for the longest frame; `size_` bytes were received
    std::size_t size_ = 0;
    std::size_t dropped_ = 0;
    std::optional<CaughtFrame> caught_;
};

} // namespace bgs2::cli
