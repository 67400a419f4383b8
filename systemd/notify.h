// SPDX-License-Identifier: Apache-2.0
// Notifications to the service manager: sd_notify(3),
// sd_watchdog_enabled(3).
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace bgs2::systemd {

// Each function returns true if the message was sent to the service manager, and false, without effect, if
// there is none (NOTIFY_SOCKET unset: started manually). They throw Exception with a system_error() if
// sending failed. `text` is one line, shown by `systemctl status`; control characters become spaces.

bool ready(std::string_view text); ///< start-up, or the reload that reloading() began, is complete
bool reloading();                  ///< a reload begins now; ready() must follow
bool stopping();                   ///< shutting down
bool watchdog();                   ///< alive; see watchdog_interval()

/// The interval for calling watchdog(): half of WatchdogSec=. Nothing if the watchdog is disabled for this
/// process.
std::optional<std::chrono::microseconds> watchdog_interval();

} // namespace bgs2::systemd
