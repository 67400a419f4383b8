// SPDX-License-Identifier: Apache-2.0
// The form of an IMEI (3GPP TS 23.003 §6.2): 15 decimal digits.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace bgs2 {

inline constexpr std::size_t imei_length = 15;

/// Whether the text is a whole IMEI or its last digits. Does not verify the check digit.
constexpr bool is_imei_suffix(std::string_view text) {
    return !text.empty() && text.size() <= imei_length &&
           std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// Whether the text is a whole IMEI. Does not verify the check digit.
constexpr bool is_imei(std::string_view text) {
    return text.size() == imei_length && is_imei_suffix(text);
}

} // namespace bgs2
