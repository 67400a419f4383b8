// How a conversation with a module ended badly.
#pragma once

#include "daemon/error.h"
#include "daemon/sbnw/result.h"

#include <exception>
#include <optional>

namespace bgs2 {

struct Mishap {
    Error error;
    std::optional<sbnw::Result> refusal; ///< the module's result line, if it was that

    bool operator==(const Mishap&) const = default;
};

/// What was caught: an Exception. Anything else goes on its way.
Mishap mishap_of(const std::exception_ptr& caught);

} // namespace bgs2
