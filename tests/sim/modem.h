// SPDX-License-Identifier: Apache-2.0
// The dialogue of the module: commands, answers and frames (protocol.md §2).
#pragma once

#include "tests/sim/answers.h"
#include "tests/sim/data_mode.h"
#include "tests/sim/faults.h"
#include "tests/sim/frame_receiver.h"
#include "tests/sim/log.h"
#include "tests/sim/output.h"
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
    std::chrono::milliseconds doze{0};           ///< the first command after such a pause is lost
    bool urc = false;                            ///< send unsolicited lines between the lines of answers
    std::optional<std::string> peer;             ///< the command at the other end of data calls
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
    bool dozes(const CommandLine& line);
    asio::awaitable<void> obey(std::string command);
    asio::awaitable<void> execute(std::string command);
    asio::awaitable<bool> answer_by_fault(const std::string& command);

    /// How the execution of a frame is answered.
    struct FrameResult {
        std::string line; ///< empty: none
        std::string final_line = "OK";
        bool off = false; ///< not at all: the power fails
    };

    asio::awaitable<void> receive_frame(const std::string& command, const std::string& store);
    asio::awaitable<void> report(FrameResult result);
    asio::awaitable<void> restart();
    asio::awaitable<void> skip_line_feed();
    FrameResult result_of(const ReceivedFrame& frame, const std::string& store);
    FrameResult execute_frame(const ReceivedFrame& frame, const std::string& store);
    std::optional<FrameResult> lose_key(Change& change);
    ResultCode refuse(const Refusal& refusal);
    void save(const ReceivedFrame& frame);

    void reload_slots();
    std::vector<std::string> list_slots(const std::string& store);

    Wire& wire_;
    Answers answers_;
    FrameReceiver receiver_;
    SecureService service_;
    Slots slots_;
    Faults faults_;
    Behaviour behaviour_;
    Log& log_;
    Output output_;
    DataMode data_mode_;
    unsigned deaf_for_ = 0;             ///< number of commands still to ignore
    bool line_feed_may_follow_ = false; ///< the last byte was a CR; skip a following LF
    unsigned frames_ = 0;
    unsigned late_ok_in_ = 0;                ///< number of commands before the OK of the last frame; 0: none
    std::optional<Clock::time_point> heard_; ///< end of the last command
};

} // namespace bgs2::sim
