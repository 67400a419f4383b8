// "Did you mean": the word that a mistyped one is closest to. Pure.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace bgs2::cli {

/// The closest of `words` by the number of letters to add, leave out, change or swap; nothing if even that
/// one is further away than a third of the word's letters (and at least one).
std::optional<std::string> nearest(std::string_view word, std::span<const std::string> words);

} // namespace bgs2::cli
