// SPDX-License-Identifier: Apache-2.0
// The log: one line per event, flushed at once because tests wait for lines.
#pragma once

#include <filesystem>
#include <fstream>
#include <optional>
#include <string_view>

namespace bgs2::sim {

class Log {
  public:
    Log() = default; ///< discards all lines
    /// Appends to `file`. Throws std::system_error with the path.
    explicit Log(const std::filesystem::path& file);

    /// "2026-11-22T19:03:33.123Z command AT+CGSN": time, subject, details.
    void write(std::string_view subject, std::string_view details = {});

  private:
    std::optional<std::ofstream> stream_;
};

} // namespace bgs2::sim
