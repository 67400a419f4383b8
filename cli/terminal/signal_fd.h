// SPDX-License-Identifier: Apache-2.0
// SIGINT and SIGTERM as something to wait for.
#pragma once

namespace bgs2::cli {

/// From here on, for as long as it lives, SIGINT and SIGTERM do not end the process but make descriptor()
/// readable. Throws Failure if the system has no descriptor left.
class SignalFd {
  public:
    SignalFd();
    SignalFd(const SignalFd&) = delete;
    SignalFd& operator=(const SignalFd&) = delete;
    SignalFd(SignalFd&&) = delete;
    SignalFd& operator=(SignalFd&&) = delete;
    ~SignalFd();

    [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

  private:
    int descriptor_ = -1;
};

} // namespace bgs2::cli
