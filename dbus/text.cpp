// SPDX-License-Identifier: Apache-2.0
#include "dbus/text.h"

#include "daemon/base/bytes.h"

namespace bgs2::dbus {

std::string Text::valid(std::string_view text) {
    std::string result;
    for (;;) {
        const std::size_t end = text.find('\n'); // between an error and its hint
        result += printable(text.substr(0, end));
        if (end == std::string_view::npos)
            return result;
        result += '\n';
        text.remove_prefix(end + 1);
    }
}

} // namespace bgs2::dbus
