// SPDX-License-Identifier: Apache-2.0
// A pseudo-terminal: the cable between a test and what it tests.
#pragma once

#include <string>

namespace bgs2::test {

/// Owns the master side. The slave is held open as well, so that the master sees no hang-up between two users
/// of it.
class Pty {
  public:
    Pty(); ///< throws std::system_error
    Pty(const Pty&) = delete;
    Pty(Pty&&) = delete;
    Pty& operator=(const Pty&) = delete;
    Pty& operator=(Pty&&) = delete;
    ~Pty();

    [[nodiscard]] int master() const { return master_; }
    [[nodiscard]] const std::string& path() const { return path_; } ///< of the slave, "/dev/pts/7"

  private:
    int master_ = -1;
    int slave_ = -1;
    std::string path_;
};

} // namespace bgs2::test
