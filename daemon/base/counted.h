// SPDX-License-Identifier: Apache-2.0
// A number with its noun: "1 slot", "2 slots".
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace bgs2 {

/// `number` and `noun`, with an "s" unless the number is 1: "1 slot", "0 slots".
std::string counted(std::size_t number, std::string_view noun);

/// The same for an irregular plural: "1 policy", "2 policies".
std::string counted(std::size_t number, std::string_view noun, std::string_view plural);

} // namespace bgs2
