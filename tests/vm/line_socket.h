// SPDX-License-Identifier: Apache-2.0
// Exchanges lines with QEMU and the guest over a unix stream socket.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>

namespace bgs2::test {

class LineSocket {
  public:
    /// Connects as soon as a server listens. Throws std::runtime_error at the deadline.
    LineSocket(const std::filesystem::path& path, std::chrono::milliseconds longest_wait);
    LineSocket(const LineSocket&) = delete;
    LineSocket(LineSocket&& other) noexcept;
    LineSocket& operator=(const LineSocket&) = delete;
    LineSocket& operator=(LineSocket&&) = delete;
    ~LineSocket();

    /// Sends a line and a line end. Throws std::system_error.
    void send(std::string_view line);

    /// Receives the next line, without its line end. Throws std::runtime_error at the deadline, or if the
    /// peer closes the connection.
    std::string receive(std::chrono::milliseconds longest_wait);

    /// Receives all input until the deadline or the end of the connection.
    std::string drain(std::chrono::milliseconds longest_wait);

  private:
    /// Waits for more input and reads it; false: deadline or end of the connection.
    bool fill(std::chrono::steady_clock::time_point deadline);

    std::string peer_;
    int descriptor_ = -1;
    std::string received_;
};

} // namespace bgs2::test
