// SPDX-License-Identifier: Apache-2.0
// The bytes from the port in data mode. Pure: no port and no clock.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace bgs2::sim {

/// Finds the escape sequence (V.250 §5.2.3: a pause, "+++", a pause), and commands that a program sends by
/// mistake.
class DataStream {
  public:
    using time_point = std::chrono::steady_clock::time_point;

    static constexpr std::chrono::milliseconds guard_time{1000};

    explicit DataStream(time_point begin)
      : last_(begin) {}

    /// Adds the next byte. Returns a line that looks like a command, from its "AT" to the character before
    /// its CR, when it is complete.
    std::optional<std::string> add(std::uint8_t byte, time_point when);

    /// When the escape sequence is complete, unless another byte arrives before; nothing: none has begun.
    [[nodiscard]] std::optional<time_point> escape_due() const;

    [[nodiscard]] std::size_t bytes() const { return bytes_; }
    [[nodiscard]] std::size_t commands() const { return commands_; }

  private:
    time_point last_; ///< of the last byte
    unsigned plus_signs_ = 0;
    std::string line_; ///< from "AT"
    std::size_t bytes_ = 0;
    std::size_t commands_ = 0;
};

} // namespace bgs2::sim
