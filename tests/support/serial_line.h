// SPDX-License-Identifier: Apache-2.0
// A program's end of a serial line.
#pragma once

#include "daemon/base/immovable.h"

#include <functional>
#include <string>
#include <string_view>

namespace bgs2::test {

/// What is waited for, is waited for 20 seconds.
class SerialLine : Immovable {
  public:
    /// Bytes pass as they are. Throws std::runtime_error if there is no such terminal.
    explicit SerialLine(const std::string& path);
    ~SerialLine();

    /// Throws std::runtime_error if there is nobody at the other end.
    void send(std::string_view bytes) const;

    /// Waits for as many bytes as `wanted` has; whether they are these, which are then gone from heard().
    bool hears(std::string_view wanted);

    /// Waits for the text, and drops what came before it; whether it came.
    bool skip_to(std::string_view text);

    /// What came and was not asked for yet.
    [[nodiscard]] const std::string& heard() const { return heard_; }

  private:
    void listen_until(const std::function<bool()>& enough);

    int descriptor_;
    std::string heard_;
};

} // namespace bgs2::test
