// SPDX-License-Identifier: Apache-2.0
// The delay before a retry.
#pragma once

#include <chrono>

namespace bgs2 {

/// Doubles from `first` to `longest`, with a random jitter of up to 20 %, so that modems that failed together
/// do not retry together.
class Backoff {
  public:
    explicit Backoff(std::chrono::milliseconds longest,
                     std::chrono::milliseconds first = std::chrono::seconds(1))
      : first_(first)
      , longest_(longest)
      , next_(first) {}

    /// The delay before the next retry.
    std::chrono::milliseconds next();

    /// Call it after a success.
    void reset() { next_ = first_; }

  private:
    std::chrono::milliseconds first_;
    std::chrono::milliseconds longest_;
    std::chrono::milliseconds next_;
};

} // namespace bgs2
