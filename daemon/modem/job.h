// SPDX-License-Identifier: Apache-2.0
// A job: one operation on a modem, with its progress and result.
#pragma once

#include "daemon/base/codes.h"
#include "daemon/base/error.h"
#include "daemon/base/slot_address.h"
#include "daemon/base/words.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace bgs2 {

enum class Operation : std::uint8_t {
    provision, ///< apply the policy
    refresh,   ///< read the slots again
    install,   ///< write a certificate that a client supplied
    erase,     ///< erase one slot
    send,      ///< send a frame that was encoded elsewhere
};

consteval auto words(Operation) {
    using enum Operation;
    return EnumTable{Word{provision, "provision"}, Word{refresh, "refresh"}, Word{install, "install"},
                     Word{erase, "erase"}, Word{send, "send"}};
}

/// The operation that a job performs.
struct Task {
    Operation operation = Operation::refresh;
    std::optional<SlotAddress> slot; ///< nothing: all slots
    std::string description;         ///< for people: "provision slot 1"

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
    /// Nothing until the job has finished.
    [[nodiscard]] std::optional<std::chrono::system_clock::time_point> end_time() const { return end_time_; }

    [[nodiscard]] StepCode step_code() const { return step_code_; }
    /// The step for people: "writing slot 1", "failed: ModemRejected".
    [[nodiscard]] std::string step() const;
    [[nodiscard]] std::uint64_t bytes_sent() const { return bytes_sent_; }
    [[nodiscard]] std::uint64_t bytes_total() const { return bytes_total_; }
    [[nodiscard]] double progress() const; ///< 0 to 1
    [[nodiscard]] bool finished() const { return end_time_.has_value(); }
    [[nodiscard]] const std::optional<Error>& error() const {
        return error_;
    } ///< of a finished job that failed

    /// `slot` is the slot that the step is about.
    void set_step(StepCode code, std::optional<SlotAddress> slot = {});
    /// The job waits for the port, which `holder` has: "pppd (812)".
    void wait_for_port(const std::string& holder);
    void set_bytes(std::uint64_t sent, std::uint64_t total);

    /// Finishes the job. A second call has no effect.
    void finish(std::optional<Error> error);

    /// Cancels the job at the next safe point. No effect on a finished job.
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
    StepCode step_code_ = StepCode::waiting;
    std::optional<SlotAddress> step_slot_;
    std::string holder_; ///< of the port that the job waits for; empty: it does not wait
    std::uint64_t bytes_sent_ = 0;
    std::uint64_t bytes_total_ = 0;
    bool cancelled_ = false;
    std::optional<Error> error_;
    std::function<void()> on_cancel_;
};

} // namespace bgs2
