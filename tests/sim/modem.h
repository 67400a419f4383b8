// SPDX-License-Identifier: Apache-2.0
// The dialogue of the module: commands, answers and frames (protocol.md §2).
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
    std::chrono::milliseconds settle{0};         ///< commands within this time after an answer are lost
    bool urc = false;                            ///< send unsolicited lines between the lines of answers
    std::optional<std::filesystem::path> frames; ///< folder for received frames; nothing: discard them
};

class Modem {
  public:
    Modem(Wire& wire, Answers answers, FrameReceiver receiver, SecureService service, Slots slots,
          Faults faults, Behaviour behaviour, Log& log);

    /// Answers until the line hangs up (LineDead).
    asio::awaitable<void> run();

    /// Exchanges the module for an empty one with this IMEI; the line stays open.
    void swap(const std::string& imei);

  private:
    struct CommandLine {
        std::string text;
        Clock::time_point began; ///< arrival time of its first byte
    };

    asio::awaitable<CommandLine> next_command();
    bool receives(const CommandLine& line);
    asio::awaitable<void> execute(std::string_view command);

    asio::awaitable<void> receive_frame(const std::string& store);
    asio::awaitable<void> skip_line_feed();
    std::string_view result_line(const ReceivedFrame& frame, const std::string& store);
    ResultCode execute_frame(const ReceivedFrame& frame, const std::string& store);
    ResultCode refuse(const Refusal& refusal);
    void save(const ReceivedFrame& frame);

    void reload_slots();
    std::vector<std::string> readback(const std::string& store);

    asio::awaitable<void> send(std::vector<std::string> lines, std::string final_line);
    asio::awaitable<void> send_line(const std::string& line);
    asio::awaitable<void> send_result(std::string line);
    std::string unsolicited();
    std::vector<Fault> trigger(FaultKind kind, std::string_view command = {});
    bool triggered(FaultKind kind, std::string_view command = {}) { return !trigger(kind, command).empty(); }

    Wire& wire_;
    Answers answers_;
    FrameReceiver receiver_;
    SecureService service_;
    Slots slots_;
    Faults faults_;
    Behaviour behaviour_;
    Log& log_;
    unsigned deaf_for_ = 0;             ///< number of commands still to ignore
    bool line_feed_may_follow_ = false; ///< the last byte was a CR; skip a following LF
    bool silent_ = false;               ///< answers nothing until the end
    std::size_t unsolicited_ = 0;
    unsigned frames_ = 0;
    std::optional<Clock::time_point> answered_; ///< end of the last answer
};

} // namespace bgs2::sim
