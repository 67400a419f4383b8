// SPDX-License-Identifier: Apache-2.0
// Listens to a channel: data sent and received, and the parts that must
// not be kept.
#pragma once

#include "daemon/base/bytes.h"
#include "daemon/base/immovable.h"

#include <cstddef>
#include <span>

namespace bgs2::at {

/// A range of bytes within a whole.
struct Extent {
    std::size_t offset = 0;
    std::size_t size = 0;

    bool operator==(const Extent&) const = default;
};

/// A part of sent data that the kernel accepted at once.
struct Sent {
    ByteView bytes;
    std::size_t offset = 0; ///< of `bytes` in the whole
    std::size_t total = 0;  ///< bytes of the whole
    std::span<const Extent>
        shown; ///< the parts of the whole that may be kept; of the rest only the number of bytes
};

class Tap : Immovable {
  public:
    virtual ~Tap() = default;

    virtual void said(const Sent& sent) = 0;
    /// The bytes as received: a module can echo sent data, including secrets.
    virtual void heard(ByteView bytes) = 0;
};

} // namespace bgs2::at
