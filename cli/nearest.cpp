#include "cli/nearest.h"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace bgs2::cli {
namespace {

/// Damerau-Levenshtein, optimal string alignment.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector rows(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
    for (std::size_t i = 0; i <= a.size(); ++i) {
        for (std::size_t j = 0; j <= b.size(); ++j) {
            if (i == 0 || j == 0) {
                rows[i][j] = i + j;
                continue;
            }
            const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
            rows[i][j] = std::min({rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + change});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                rows[i][j] = std::min(rows[i][j], rows[i - 2][j - 2] + 1);
        }
    }
    return rows[a.size()][b.size()];
}

} // namespace

std::optional<std::string> nearest(std::string_view word, std::span<const std::string> words) {
    const auto found = std::ranges::min_element(
        words, {}, [word](const std::string& other) { return distance(word, other); });
    if (found == words.end() || distance(word, *found) > std::max<std::size_t>(1, word.size() / 3))
        return std::nullopt;
    return *found;
}

} // namespace bgs2::cli
