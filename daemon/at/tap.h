// SPDX-License-Identifier: Apache-2.0
// Listens in on a channel: what was sent and what came, and which of it nobody may keep.
#pragma once

#include "daemon/base/bytes.h"
#include "daemon/base/immovable.h"

#include <cstddef>
#include <span>

namespace bgs2::at {

/// Bytes of a whole.
struct Extent {
    std::size_t offset = 0;
    std::size_t size = 0;

    bool operator==(const Extent&) const = default;
};

/// What the kernel took at once of something that is sent.
struct Sent {
    ByteView bytes;
    std::size_t offset = 0;        ///< of `bytes` in the whole
    std::size_t total = 0;         ///< bytes of the whole
    std::span<const Extent> shown; ///< the parts of the whole that may be kept; of the rest only the number
};

class Tap : Immovable {
  public:
    virtual ~Tap() = default;

    virtual void said(const Sent& sent) = 0;
    /// As it came: a module can echo what it was sent, secrets included.
    virtual void heard(ByteView bytes) = 0;
};

} // namespace bgs2::at
