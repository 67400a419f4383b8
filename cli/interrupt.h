// SIGINT and SIGTERM as something to wait for.
#pragma once

namespace bgs2::cli {

/// From here on, for as long as it lives, SIGINT and SIGTERM do not end the process but make descriptor()
/// readable. Throws Failure if the system has no descriptor left.
class Interrupt {
  public:
    Interrupt();
    Interrupt(const Interrupt&) = delete;
    Interrupt& operator=(const Interrupt&) = delete;
    Interrupt(Interrupt&&) = delete;
    Interrupt& operator=(Interrupt&&) = delete;
    ~Interrupt();

    [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

  private:
    int descriptor_ = -1;
};

} // namespace bgs2::cli
