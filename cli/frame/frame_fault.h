// SPDX-License-Identifier: Apache-2.0
// How home-made frames go wrong (protocol.md §1 and §6), recognised from the frame alone. Pure.
#pragma once

#include "daemon/base/bytes.h"
#include "daemon/base/error.h"
#include "daemon/pki/secret.h"

#include <optional>
#include <string>
#include <vector>

namespace bgs2::cli {

/// Well-known mistakes under which bytes that are no frame make sense after all.
struct FrameFault {
    std::vector<std::string> words; ///< each a clause about the frame: "its integers are big-endian, ..."
    pki::Secret frame;              ///< the frame without them

    bool operator==(const FrameFault&) const = default;
};

/// Nothing if the bytes are a right frame, or if no combination of the mistakes known explains them:
/// integers big-endian; lengths in words of two bytes; a total length without itself or its header; a
/// parameter's length without itself or its header; its id before its length; a wrong number of parameters.
/// The explanation with the fewest of them is taken.
std::optional<FrameFault> recognise_mistake(ByteView bytes);

/// Why `bytes` do not decode, with the mistake that explains it as the hint if one does.
Error with_fault(Error error, ByteView bytes);

} // namespace bgs2::cli
