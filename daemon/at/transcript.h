// SPDX-License-Identifier: Apache-2.0
// A conversation as lines of text, without its secrets. Pure.
//
// The format of the files of bgs2d --trace:
//
//   # bgs2d trace 2                        the format's version; other lines that begin with # are remarks
//   # port /dev/ttyUSB0
//   # begun 2026-11-23T01:02:03Z
//   0.104 > "AT\r"                         seconds since then; > to the module, < from it; escapes are
//   0.112 < "AT\r\r\nOK\r\n"               \r \n \t \" \\ and \xNN
//   3.042 > bytes 0+512 of 1902: 6e0701.. bytes 0 to 511 of 1902, in hex; ".." is a hidden byte
//   3.087 > bytes 512+512 of 1902: hidden all bytes are hidden
//   3.900 < hidden 12                      12 bytes that may echo hidden data
//   # end
#pragma once

#include "daemon/at/tap.h"

#include <functional>
#include <string>
#include <string_view>

namespace bgs2::at {

inline constexpr std::string_view trace_version = "# bgs2d trace 2";

class Transcript : public Tap {
  public:
    /// Receives one entry: a line without the time and the line end.
    using Sink = std::function<void(std::string_view entry)>;

    explicit Transcript(Sink sink);
    ~Transcript() override; ///< reports pending input that has no line end

    void said(const Sent& sent) override;
    void heard(ByteView bytes) override;

  private:
    /// The data that the module may still echo. A module that restarts within a frame takes the rest for
    /// commands and echoes them; until it has accepted the frame or is synchronised again, only ordinary
    /// answers are shown.
    enum class Echo { harmless, secret, secret_but_in_step };

    void report_input();
    [[nodiscard]] bool may_be_shown(std::string_view input);

    Sink sink_;
    std::string input_; ///< input since the last entry
    Echo echo_ = Echo::harmless;
};

} // namespace bgs2::at
