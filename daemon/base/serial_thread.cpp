// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/serial_thread.h"

#include "daemon/base/blocked_signals.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

namespace bgs2 {

class SerialThread::Queue : public std::enable_shared_from_this<Queue>, Immovable {
  public:
    void post(std::move_only_function<void()> function) {
        const std::scoped_lock lock(mutex_);
        functions_.push_back(std::move(function));
        if (running_)
            return;
        if (thread_.joinable())
            thread_.join(); // has nothing to do any more
        try {
            const BlockedSignals blocked;
            thread_ = std::thread([self = shared_from_this()] { self->run(); });
        } catch (...) {
            functions_.pop_back();
            throw;
        }
        running_ = true;
    }

    bool finish(std::chrono::milliseconds patience) {
        std::unique_lock lock(mutex_);
        const bool all_done = stopped_.wait_for(lock, patience, [this] { return !running_; });
        if (thread_.joinable()) {
            if (all_done)
                thread_.join();
            else
                thread_.detach();
        }
        return all_done;
    }

  private:
    void run() {
        std::unique_lock lock(mutex_);
        while (!functions_.empty()) {
            auto function = std::move(functions_.front());
            functions_.pop_front();
            lock.unlock();
            function();
            function = nullptr;
            lock.lock();
        }
        running_ = false;
        stopped_.notify_all();
    }

    std::mutex mutex_;
    std::condition_variable stopped_;
    std::deque<std::move_only_function<void()>> functions_;
    bool running_ = false;
    std::thread thread_;
};

SerialThread::SerialThread()
  : queue_(std::make_shared<Queue>()) {}

SerialThread::~SerialThread() {
    finish(std::chrono::milliseconds::zero());
}

void SerialThread::post(std::move_only_function<void()> function) {
    queue_->post(std::move(function));
}

bool SerialThread::finish(std::chrono::milliseconds patience) {
    return queue_->finish(patience);
}

} // namespace bgs2
