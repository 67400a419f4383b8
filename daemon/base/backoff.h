// SPDX-License-Identifier: Apache-2.0
// How long to wait before the next try.
#pragma once

#include <chrono>

namespace bgs2 {

/// Doubles from `first` to `longest`, each time up to a fifth shorter or longer by chance, so that modems
/// that failed together do not all try together.
class Backoff {
  public:
    explicit Backoff(std::chrono::milliseconds longest,
                     std::chrono::milliseconds first = std::chrono::seconds(1))
      : first_(first)
      , longest_(longest)
      , next_(first) {}

    /// The wait before the next try.
    std::chrono::milliseconds next();

    /// After a success.
    void reset() { next_ = first_; }

  private:
    std::chrono::milliseconds first_;
    std::chrono::milliseconds longest_;
    std::chrono::milliseconds next_;
};

} // namespace bgs2
