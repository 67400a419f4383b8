// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/backoff.h"

#include <algorithm>
#include <random>
#include <utility>

namespace bgs2 {

std::chrono::milliseconds Backoff::next() {
    const auto wait = std::exchange(next_, std::min(next_ * 2, longest_));
    std::random_device random; // rare enough to query the kernel each time
    return std::chrono::milliseconds(
        std::uniform_int_distribution(wait.count() * 4 / 5, wait.count() * 6 / 5)(random));
}

} // namespace bgs2
