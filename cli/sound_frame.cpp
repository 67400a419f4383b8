#include "cli/sound_frame.h"

#include "cli/failure.h"
#include "cli/mistake.h"

#include <utility>

namespace bgs2::cli {

sbnw::Frame sound_frame(ByteView octets) {
    auto frame = sbnw::decode(octets);
    if (frame)
        return std::move(*frame);
    Error error = frame.error();
    if (const auto mistake = recognise_mistake(octets)) {
        error.hint = "it makes sense if";
        for (std::size_t i = 0; i < mistake->words.size(); ++i)
            error.hint += (i == 0 ? " " : ", and ") + mistake->words[i];
    }
    throw content_error(error);
}

} // namespace bgs2::cli
