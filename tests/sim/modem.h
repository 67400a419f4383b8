// SPDX-License-Identifier: Apache-2.0
// The dialogue: command lines in, answers out, and the frame in between (protocol.md §2).
#pragma once

#include "tests/sim/answers.h"
#include "tests/sim/faults.h"
#include "tests/sim/frame_receiver.h"
#include "tests/sim/log.h"
#include "tests/sim/secure_service.h"
#include "tests/sim/slots.h"
#include "tests/sim/wire.h"

#include <asio/awaitable.hpp>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bgs2::sim {

/// Settings of the dialogue.
struct Behaviour {
    std::chrono::milliseconds settle{0};         ///< a command that arrives sooner after an answer is lost
    bool urc = false;                            ///< unsolicited lines between the lines of answers
    std::optional<std::filesystem::path> frames; ///< where frames are saved
};

class Modem {
  public:
    Modem(Wire& wire, Answers answers, FrameReceiver receiver, SecureService service, Slots slots,
          Faults faults, Behaviour behaviour, Log& log);

    /// Answers until the line hangs up (LineDead).
    asio::awaitable<void> run();

  private:
    struct CommandLine {
        std::string text;
        Clock::time_point began; ///< when its first byte had arrived
    };

    asio::awaitable<CommandLine> next_command();
    bool hears(const CommandLine& line);
    asio::awaitable<void> obey(std::string_view command);

    asio::awaitable<void> take_frame(const std::string& store);
    asio::awaitable<void> swallow_line_feed();
    std::string_view result_line(const ReceivedFrame& frame, const std::string& store);
    ResultCode carry_out(const ReceivedFrame& frame, const std::string& store);
    ResultCode refuse(const Refusal& refusal);
    void save(const ReceivedFrame& frame);

    void follow_slots();
    std::vector<std::string> readback(const std::string& store);

    asio::awaitable<void> say(std::vector<std::string> lines, std::string final_line);
    asio::awaitable<void> say_line(const std::string& line);
    asio::awaitable<void> say_result(std::string line);
    std::string unsolicited();
    std::vector<Fault> strike(FaultKind kind, std::string_view command = {});
    bool triggered(FaultKind kind, std::string_view command = {}) { return !strike(kind, command).empty(); }

    Wire& wire_;
    Answers answers_;
    FrameReceiver receiver_;
    SecureService service_;
    Slots slots_;
    Faults faults_;
    Behaviour behaviour_;
    Log& log_;
    unsigned deaf_for_ = 0;             ///< this many commands are not received
    bool line_feed_may_follow_ = false; ///< the last byte was a CR: a following LF belongs to it
    bool silent_ = false;               ///< permanently
    std::size_t unsolicited_ = 0;
    unsigned frames_ = 0;
    std::optional<Clock::time_point> answered_; ///< when the last answer was sent
};

} // namespace bgs2::sim
