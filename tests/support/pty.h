// SPDX-License-Identifier: Apache-2.0
// A pseudo-terminal: the serial line between a test and the code under test.
#pragma once

#include "daemon/base/immovable.h"

#include <string>

namespace bgs2::test {

/// Owns the master. Keeps the slave open as well, so that the master reports no hang-up while the slave has
/// no other user.
class Pty : Immovable {
  public:
    Pty(); ///< throws std::system_error
    ~Pty();

    [[nodiscard]] int master() const { return master_; }
    [[nodiscard]] const std::string& path() const { return path_; } ///< of the slave, "/dev/pts/7"

  private:
    int master_ = -1;
    int slave_ = -1;
    std::string path_;
};

} // namespace bgs2::test
