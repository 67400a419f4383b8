// SPDX-License-Identifier: Apache-2.0
#include "daemon/at/line_reader.h"

#include <utility>

namespace bgs2::at {

void LineReader::feed(ByteView bytes) {
    for (const char c : as_text(bytes)) {
        if (c == '\r' || c == '\n') {
            if (!partial_.empty())
                lines_.push_back(std::exchange(partial_, {}));
        } else if (c != '\0' && partial_.size() < max_line_length) {
            partial_.push_back(c);
        }
    }
}

std::optional<std::string> LineReader::next() {
    if (lines_.empty())
        return std::nullopt;
    std::string line = std::move(lines_.front());
    lines_.pop_front();
    return line;
}

void LineReader::clear() {
    partial_.clear();
    lines_.clear();
}

} // namespace bgs2::at
