// SPDX-License-Identifier: Apache-2.0
// Lines over a unix stream socket: how QEMU and the guest are talked to.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>

namespace bgs2::test {

class LineSocket {
  public:
    /// Connects as soon as somebody listens there. Throws std::runtime_error if nobody does by the deadline.
    LineSocket(const std::filesystem::path& path, std::chrono::milliseconds longest_wait);
    LineSocket(const LineSocket&) = delete;
    LineSocket(LineSocket&& other) noexcept;
    LineSocket& operator=(const LineSocket&) = delete;
    LineSocket& operator=(LineSocket&&) = delete;
    ~LineSocket();

    /// Sends the line and its end. Throws std::system_error.
    void send(std::string_view line);

    /// The next line, without its end. Throws std::runtime_error if there is none by the deadline, or the
    /// other side has closed the connection.
    std::string receive(std::chrono::milliseconds longest_wait);

    /// All that comes until the deadline, or until the other side closes the connection.
    std::string drain(std::chrono::milliseconds longest_wait);

  private:
    /// Waits for more, and takes it; false at the deadline and at the connection's end.
    bool fill(std::chrono::steady_clock::time_point deadline);

    std::string peer_;
    int descriptor_ = -1;
    std::string received_;
};

} // namespace bgs2::test
