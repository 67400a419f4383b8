// SPDX-License-Identifier: Apache-2.0
// The lines that the module sends: their format, unsolicited lines, and the faults of lines.
#pragma once

#include "tests/sim/answers.h"
#include "tests/sim/faults.h"
#include "tests/sim/log.h"
#include "tests/sim/wire.h"

#include <asio/awaitable.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bgs2::sim {

/// Each kind of unsolicited line (families.md §2) except those of a start and a shutdown, and ten that no
/// module sends.
std::span<const std::string_view> unsolicited_lines();

class Output {
  public:
    /// `urc`: send an unsolicited line between the lines of an answer. All references outlive this object.
    Output(Wire& wire, const Answers& answers, Faults& faults, bool urc, Log& log);

    /// Sends the lines of an answer to `command`, and its result; an empty result is not sent.
    asio::awaitable<void> answer(std::string command, std::vector<std::string> lines, std::string result);
    /// Sends one line, without a result.
    asio::awaitable<void> line(std::string text);
    /// Sends bytes unchanged.
    asio::awaitable<void> raw(ByteView bytes) { co_await wire_.send(bytes); }

    /// The next unsolicited line of `--urc`; nothing without it.
    asio::awaitable<void> unsolicited();
    /// All unsolicited lines, if a fault says so for this place of the answer to `command`.
    asio::awaitable<void> unsolicited(FaultKind place, std::string command);

    void fall_silent() { silent_ = true; }
    [[nodiscard]] bool silent() const { return silent_; } ///< sends nothing until the end
    /// The end of the last answer; nothing before the first.
    [[nodiscard]] std::optional<Clock::time_point> last() const { return last_; }
    void forget_last() { last_.reset(); }

  private:
    std::string next_unsolicited();
    std::string all_unsolicited(FaultKind place, std::string_view command);
    /// The text of a line among `count`, or of a result.
    [[nodiscard]] std::string information(const std::string& text, bool first) const;
    [[nodiscard]] std::string result(const std::string& text) const;

    Wire& wire_;
    const Answers& answers_;
    Faults& faults_;
    bool urc_;
    Log& log_;
    bool silent_ = false;
    std::size_t sent_ = 0; ///< unsolicited lines
    std::optional<Clock::time_point> last_;
};

} // namespace bgs2::sim
