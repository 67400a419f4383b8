// SPDX-License-Identifier: Apache-2.0
// What must hold for any bytes whatever: the properties that the fuzzers and the corpus test share.
#pragma once

#include "daemon/base/bytes.h"

#include <array>
#include <string_view>

namespace bgs2::fuzz {

/// A decoded frame is made of the bytes it came from, and what can be encoded decodes to the same.
void check_frame(ByteView bytes);

/// What is called damaged has an explanation, and no frame that decodes is taken for damaged by decode().
void check_damage(ByteView bytes);

/// The first byte says how the rest is cut into pieces; the lines are the same as without a cut.
void check_line_reader(ByteView bytes);

/// Each line of the text is a line of an answer.
void check_slots(ByteView bytes);
void check_identification(ByteView bytes);

/// A policy that is refused is refused for a reason.
void check_policy(ByteView bytes);

struct Target {
    std::string_view name; ///< of the fuzzer and its corpus
    void (*check)(ByteView bytes);
};

inline constexpr std::array targets{
    Target{"frame", check_frame},
    Target{"damage", check_damage},
    Target{"line_reader", check_line_reader},
    Target{"slots", check_slots},
    Target{"identification", check_identification},
    Target{"policy", check_policy},
};

} // namespace bgs2::fuzz
