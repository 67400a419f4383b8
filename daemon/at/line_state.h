// SPDX-License-Identifier: Apache-2.0
// The settings of a serial line, as the kernel has them.
#pragma once

#include <array>
#include <cstddef>
#include <optional>

namespace bgs2::at {

/// All settings, also rates that have no name in termios(3). They include HUPCL, but not the modem control
/// lines.
class LineState {
  public:
    /// No settings: restores nothing.
    LineState() = default;

    /// The settings of an open tty; none if it has gone.
    explicit LineState(int fd);

    /// Applies the settings at once; has no effect on a tty that has gone.
    void restore(int fd) const;

    bool operator==(const LineState&) const = default;

  private:
    static constexpr std::size_t size = 64; ///< more than the kernel's structure in each architecture

    std::optional<std::array<std::byte, size>> settings_;
};

} // namespace bgs2::at
