// SPDX-License-Identifier: Apache-2.0
// Decodes a frame, and finds the well-known faults of home-made ones (protocol.md §1 and §6) from the frame
// alone. Pure.
#pragma once

#include "daemon/base/bytes.h"
#include "daemon/base/error.h"
#include "daemon/pki/secret.h"
#include "daemon/sbnw/frame.h"

#include <optional>
#include <string>
#include <vector>

namespace bgs2::cli {

/// The well-known faults that explain bytes which do not decode.
struct FrameFault {
    std::vector<std::string> words; ///< each a clause about the frame: "its integers are big-endian, ..."
    pki::Secret frame;              ///< the frame without these faults

    bool operator==(const FrameFault&) const = default;
};

/// Nothing if the bytes are a valid frame, or if no combination of the known faults explains them:
/// integers big-endian; lengths in words of two bytes; a total length without itself or its header; a
/// parameter's length without itself or its header; its id before its length; a wrong number of parameters.
/// Returns the explanation with the fewest faults.
std::optional<FrameFault> detect_fault(ByteView bytes);

/// `error`, which says why `bytes` do not decode; if a known fault explains it, the hint names that fault.
Error with_fault(Error error, ByteView bytes);

/// Decodes a frame; the result is a view into `bytes`. Throws CommandError (exit code 1) if the frame is
/// invalid: it names the offset, the field and the known fault, if one explains it.
sbnw::Frame decode_frame(ByteView bytes);

} // namespace bgs2::cli
