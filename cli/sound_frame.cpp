#include "cli/sound_frame.h"

#include "cli/failure.h"
#include "cli/mistake.h"

#include <utility>

namespace bgs2::cli {

sbnw::Frame sound_frame(ByteView octets) {
    auto frame = sbnw::decode(octets);
    if (frame)
        return std::move(*frame);
    throw content_error(with_mistake(frame.error(), octets));
}

} // namespace bgs2::cli
