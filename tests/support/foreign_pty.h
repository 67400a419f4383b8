// SPDX-License-Identifier: Apache-2.0
// A pty of another devpts instance, as each container has one of its own.
#pragma once

#include "tests/support/child.h"

#include <string>

namespace bgs2::test {

/// A process in its own mount namespace that has a pty open whose path and device number are those of a pty
/// of this machine. Requires root.
class ForeignPty {
  public:
    enum class Opens {
        the_pty,          ///< the slave, and locks it by flock(2)
        both_ends,        ///< also the master, through the /dev/ptmx of the machine
        and_the_namesake, ///< also the master, and the pty of this machine
    };

    /// `path` is that of a pty of this machine: "/dev/pts/7".
    explicit ForeignPty(const std::string& path, Opens opens = Opens::the_pty);

    [[nodiscard]] bool is_open() const { return process_.is_ready(); } ///< false: not permitted
    [[nodiscard]] pid_t pid() const { return process_.pid(); }

  private:
    Child process_;
};

} // namespace bgs2::test
