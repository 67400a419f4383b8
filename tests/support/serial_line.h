// SPDX-License-Identifier: Apache-2.0
// A client of a serial port.
#pragma once

#include "daemon/base/immovable.h"

#include <functional>
#include <string>
#include <string_view>

namespace bgs2::test {

/// receives() and skip_to() time out after 20 seconds.
class SerialLine : Immovable {
  public:
    /// Opens the terminal in raw mode. Throws std::runtime_error if it cannot be opened.
    explicit SerialLine(const std::string& path);
    ~SerialLine();

    /// Throws std::runtime_error if the other end is closed.
    void send(std::string_view bytes) const;

    /// Waits for as many bytes as `wanted` has. Removes them from received() and returns true if they are
    /// equal.
    bool receives(std::string_view wanted);

    /// Waits for the text and discards all input before it; false: timeout.
    bool skip_to(std::string_view text);

    /// Received bytes that no call has removed.
    [[nodiscard]] const std::string& received() const { return received_; }

  private:
    void read_until(const std::function<bool()>& enough);

    int descriptor_;
    std::string received_;
};

} // namespace bgs2::test
