// SPDX-License-Identifier: Apache-2.0
#include "cli/frame/decode_frame.h"

#include "cli/frame/frame_fault.h"
#include "cli/terminal/command_error.h"

#include <utility>

namespace bgs2::cli {

sbnw::Frame decode_frame(ByteView bytes) {
    auto frame = sbnw::decode(bytes);
    if (frame)
        return std::move(*frame);
    throw content_error(with_fault(frame.error(), bytes));
}

} // namespace bgs2::cli
