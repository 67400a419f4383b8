// SPDX-License-Identifier: Apache-2.0
// The stores of a module's firmware, as `AT^SBNW=?` lists them
// (protocol.md §3). Pure.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace bgs2::sbnw {

/// The stores of the first `^SBNW:` line among `lines`, as it orders them: `("agps","is_cert"),(1)` or, of
/// older firmware, `(agps, is_cert), ()`. Ignores invalid names (valid: letters, digits, "_", "-", at most 32
/// characters) and more than 16 names; returns nothing if there is no such line.
std::vector<std::string> parse_store_list(std::span<const std::string> lines);

/// The hint if the slots of `store` cannot be listed and the firmware reports the stores `known`; empty: it
/// reports none.
std::string hint_without_slots(const std::string& store, std::span<const std::string> known);

} // namespace bgs2::sbnw
