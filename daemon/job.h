// One piece of work with a modem, to look at while it goes on and a while after.
#pragma once

#include "daemon/error.h"
#include "daemon/sbnw/slot_address.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace bgs2 {

enum class Operation {
    provision,
    refresh,
};

std::string_view word(Operation operation); ///< "provision", "refresh"

class Job {
  public:
    using Changed = std::function<void(const Job&)>;

    Job(std::uint64_t number, Operation operation, std::string imei, std::optional<sbnw::SlotAddress> slot,
        Changed changed);

    [[nodiscard]] std::uint64_t number() const { return number_; }
    [[nodiscard]] Operation operation() const { return operation_; }
    [[nodiscard]] const std::string& imei() const { return imei_; }
    [[nodiscard]] std::optional<sbnw::SlotAddress> slot() const {
        return slot_;
    } ///< the only one to write, if one was named
    [[nodiscard]] std::chrono::system_clock::time_point start_time() const { return start_time_; }

    [[nodiscard]] const std::string& step() const { return step_; } ///< in words, see io.bgs2d1.xml
    [[nodiscard]] std::uint64_t bytes_sent() const { return bytes_sent_; }
    [[nodiscard]] std::uint64_t bytes_total() const { return bytes_total_; }
    [[nodiscard]] double progress() const; ///< 0 to 1
    [[nodiscard]] bool finished() const { return finished_; }
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
    Operation operation_;
    std::string imei_;
    std::optional<sbnw::SlotAddress> slot_;
    Changed changed_;
    std::chrono::system_clock::time_point start_time_ = std::chrono::system_clock::now();
    std::string step_ = "waiting";
    std::uint64_t bytes_sent_ = 0;
    std::uint64_t bytes_total_ = 0;
    bool finished_ = false;
    bool cancelled_ = false;
    std::optional<Error> error_;
    std::function<void()> on_cancel_;
};

} // namespace bgs2
