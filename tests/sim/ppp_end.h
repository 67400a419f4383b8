// SPDX-License-Identifier: Apache-2.0
// The end of a PPP link.
#pragma once

#include "tests/sim/bytes.h"

#include <cstddef>
#include <optional>

namespace bgs2::sim {

/// Finds the Terminate-Ack of LCP (RFC 1661 §5.5) in a stream of frames (RFC 1662). A module ends the call
/// after it, whereas pppd stays for some seconds.
class PppEnd {
  public:
    /// Adds the next bytes. Returns the number of bytes up to the end of that packet; nothing: it is not in
    /// them.
    std::optional<std::size_t> find(ByteView bytes);

  private:
    std::size_t matched_ = 0; ///< bytes of the begin of the packet
};

} // namespace bgs2::sim
