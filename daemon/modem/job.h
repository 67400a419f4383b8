// SPDX-License-Identifier: Apache-2.0
// One piece of work with a modem, to look at while it goes on and a while after.
#pragma once

#include "daemon/base/error.h"
#include "daemon/base/slot_address.h"
#include "daemon/base/words.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace bgs2 {

enum class Operation : std::uint8_t {
    provision, ///< what the policy says
    refresh,   ///< slots read anew
    install,   ///< a certificate that was handed over
    erase,     ///< a slot emptied
    send,      ///< a frame that was made elsewhere
};

consteval auto words(Operation) {
    using enum Operation;
    return EnumTable{Word{provision, "provision"}, Word{refresh, "refresh"}, Word{install, "install"},
                     Word{erase, "erase"}, Word{send, "send"}};
}

/// What a job is to do.
struct Task {
    Operation operation = Operation::refresh;
    std::optional<SlotAddress> slot; ///< the only one that it is about; nothing: all
    std::string description;         ///< in words: "provision slot 1"

    bool operator==(const Task&) const = default;
};

class Job {
  public:
    using Changed = std::function<void(const Job&)>;

    Job(std::uint64_t number, Task task, std::string imei, Changed changed);

    [[nodiscard]] std::uint64_t number() const { return number_; }
    [[nodiscard]] const Task& task() const { return task_; }
    [[nodiscard]] const std::string& imei() const { return imei_; }
    [[nodiscard]] std::chrono::system_clock::time_point start_time() const { return start_time_; }
    /// Nothing unless it is finished.
    [[nodiscard]] std::optional<std::chrono::system_clock::time_point> end_time() const { return end_time_; }

    [[nodiscard]] const std::string& step() const { return step_; } ///< in words, see io.bgs2d1.xml
    [[nodiscard]] std::uint64_t bytes_sent() const { return bytes_sent_; }
    [[nodiscard]] std::uint64_t bytes_total() const { return bytes_total_; }
    [[nodiscard]] double progress() const; ///< 0 to 1
    [[nodiscard]] bool finished() const { return end_time_.has_value(); }
    [[nodiscard]] const std::optional<Error>& error() const {
        return error_;
    } ///< of a finished job that failed

    void set_step(std::string step);
    void set_bytes(std::uint64_t sent, std::uint64_t total);

    /// Ends it, once; nothing changes afterwards.
    void finish(std::optional<Error> error);

    /// Asks that it be ended at the next safe place. No effect on a finished job.
    void cancel();
    void on_cancel(std::function<void()> handler) { on_cancel_ = std::move(handler); }
    [[nodiscard]] bool cancelled() const { return cancelled_; }

  private:
    std::uint64_t number_;
    Task task_;
    std::string imei_;
    Changed changed_;
    std::chrono::system_clock::time_point start_time_ = std::chrono::system_clock::now();
    std::optional<std::chrono::system_clock::time_point> end_time_;
    std::string step_ = "waiting";
    std::uint64_t bytes_sent_ = 0;
    std::uint64_t bytes_total_ = 0;
    bool cancelled_ = false;
    std::optional<Error> error_;
    std::function<void()> on_cancel_;
};

} // namespace bgs2
