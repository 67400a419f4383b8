// SPDX-License-Identifier: Apache-2.0
// Runs functions one after the other in a thread of its own, which exists
// only while there are some.
#pragma once

#include "daemon/base/immovable.h"

#include <chrono>
#include <functional>
#include <memory>

namespace bgs2 {

class SerialThread : Immovable {
  public:
    SerialThread();
    /// Like finish() without patience.
    ~SerialThread();

    /// Queues a function, which throws nothing. Never blocks. Throws std::system_error if no thread can be
    /// started: the function is not queued then.
    void post(std::move_only_function<void()> function);

    /// Waits until all functions have returned and the thread has ended. False: it has not after `patience`,
    /// and is left behind; the process must end without destroying what the functions use.
    bool finish(std::chrono::milliseconds patience);

  private:
    class Queue;

    std::shared_ptr<Queue> queue_; ///< shared with the thread
};

} // namespace bgs2
