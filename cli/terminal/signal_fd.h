// SPDX-License-Identifier: Apache-2.0
// SIGINT and SIGTERM as a file descriptor.
#pragma once

#include "daemon/base/immovable.h"

namespace bgs2::cli {

/// While it lives, SIGINT and SIGTERM do not end the process but make descriptor() readable. Throws
/// CommandError if the system has no descriptor left.
class SignalFd : Immovable {
  public:
    SignalFd();
    ~SignalFd();

    [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

  private:
    int descriptor_ = -1;
};

} // namespace bgs2::cli
