// SPDX-License-Identifier: Apache-2.0
// Sizes in the frame of a secure command, in bytes (protocol.md §1).
#pragma once

#include <cstddef>

namespace bgs2 {

/// Total length, command and number of parameters.
inline constexpr std::size_t frame_header_size = 6;

/// Length and id of a parameter, which its length counts.
inline constexpr std::size_t parameter_header_size = 4;

/// The data of the slot parameter.
inline constexpr std::size_t slot_number_size = 2;

/// The maximum length of a frame: the length is a uint16.
inline constexpr std::size_t max_frame_size = 0xffff;

} // namespace bgs2
