// SPDX-License-Identifier: Apache-2.0
// Exchanges lines with QEMU and the guest over a unix stream socket.
#pragma once

#include "daemon/base/immovable.h"

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>

namespace bgs2::test {

class LineSocket {
  public:
    /// Connects to a server that listens. Throws std::system_error.
    explicit LineSocket(const std::filesystem::path& path);
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
    friend class LineServer;
    LineSocket(std::string peer, int descriptor);

    /// Waits for more input and reads it; false: deadline or end of the connection.
    bool fill(std::chrono::steady_clock::time_point deadline);

    std::string peer_;
    int descriptor_ = -1;
    std::string received_;
};

/// Listens, so that the other side connects when it is ready.
class LineServer : Immovable {
  public:
    /// Throws std::system_error.
    explicit LineServer(const std::filesystem::path& path);
    ~LineServer();

    /// Waits for the connection. Throws std::runtime_error at the deadline.
    [[nodiscard]] LineSocket accept(std::chrono::milliseconds longest_wait) const;

  private:
    std::string name_;
    int descriptor_;
};

} // namespace bgs2::test
