// SPDX-License-Identifier: Apache-2.0
#include "daemon/at/line_state.h"

#include <asm/termbits.h>
#include <cstring>
#include <sys/ioctl.h>

namespace bgs2::at {
namespace {

#ifdef TCGETS2
using Settings = termios2;
constexpr unsigned long get_settings = TCGETS2;
constexpr unsigned long set_settings = TCSETS2;
#else // the rates are numbers in termios as well
using Settings = termios;
constexpr unsigned long get_settings = TCGETS;
constexpr unsigned long set_settings = TCSETS;
#endif

} // namespace

LineState::LineState(int fd) {
    static_assert(sizeof(Settings) <= size);
    Settings settings{};
    if (::ioctl(fd, get_settings, &settings) == 0)
        std::memcpy(settings_.emplace().data(), &settings, sizeof settings);
}

void LineState::restore(int fd) const {
    if (!settings_)
        return;
    Settings settings{};
    std::memcpy(&settings, settings_->data(), sizeof settings);
    ::ioctl(fd, set_settings, &settings);
}

} // namespace bgs2::at
