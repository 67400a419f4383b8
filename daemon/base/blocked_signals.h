// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/base/immovable.h"

#include <csignal>

namespace bgs2 {

/// Blocks all signals in this thread while it lives. Threads that are started meanwhile keep them blocked: a
/// thread that hangs must not be chosen for a signal that the event loop handles.
class BlockedSignals : Immovable {
  public:
    BlockedSignals() {
        sigset_t all;
        ::sigfillset(&all);
        ::pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    ~BlockedSignals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

  private:
    sigset_t before_{};
};

} // namespace bgs2
