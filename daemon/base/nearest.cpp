// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/nearest.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace bgs2 {
namespace {

/// The optimal string alignment distance.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before;            // the row of i - 2
    std::vector<std::size_t> above;             // of i - 1
    std::vector<std::size_t> row(b.size() + 1); // of i
    for (std::size_t j = 0; j <= b.size(); ++j)
        row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        before = std::exchange(above, std::exchange(row, std::vector<std::size_t>(b.size() + 1, i)));
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = std::min({above[j] + 1, row[j - 1] + 1, replaced});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], before[j - 2] + 1);
        }
    }
    return row.back();
}

} // namespace

std::optional<std::string_view> nearest(std::string_view word, std::span<const std::string_view> candidates) {
    std::optional<std::string_view> best;
    std::size_t least = 0;
    for (const std::string_view candidate : candidates) {
        const std::size_t allowed = candidate.size() / 3;
        // The lengths alone exclude most candidates; a word can be as long as a file.
        if (word.size() > candidate.size() + allowed || candidate.size() > word.size() + allowed)
            continue;
        const std::size_t d = distance(word, candidate);
        if (d <= allowed && (!best || d < least)) {
            best = candidate;
            least = d;
        }
    }
    return best;
}

} // namespace bgs2
