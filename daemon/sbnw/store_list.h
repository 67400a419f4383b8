// SPDX-License-Identifier: Apache-2.0
// Which stores a module's firmware knows, as `AT^SBNW=?` tells it (protocol.md §3). Pure.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace bgs2::sbnw {

/// The stores of the first `^SBNW:` line among `lines`, as it orders them: `("agps","is_cert"),(1)` or, of
/// older firmware, `(agps, is_cert), ()`. What is not spelt as a name (letters, digits, "_", "-", at most 32)
/// is passed over, and more than 16 names are; nothing where no line is one.
std::vector<std::string> parse_store_list(std::span<const std::string> lines);

/// What to do about the slots of `store` that can not be listed, where the firmware knows the stores `known`;
/// none: it did not say.
std::string hint_without_slots(const std::string& store, std::span<const std::string> known);

} // namespace bgs2::sbnw
