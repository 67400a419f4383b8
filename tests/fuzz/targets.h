// SPDX-License-Identifier: Apache-2.0
// Properties that hold for all inputs. The fuzzers and the corpus test check them.
#pragma once

#include "daemon/base/bytes.h"

#include <array>
#include <string_view>

namespace bgs2::fuzz {

/// A decoded frame contains exactly the bytes of the input, and decode() reverses encode().
void check_frame(ByteView bytes);

/// Each detected corruption has an explanation.
void check_damage(ByteView bytes);

/// The lines do not depend on how the input is split. The first byte selects the split of the rest.
void check_line_reader(ByteView bytes);

/// Each line of the input is one line of an answer.
void check_slots(ByteView bytes);
void check_identification(ByteView bytes);

/// Each rejected policy has an error.
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
