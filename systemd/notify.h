// SPDX-License-Identifier: Apache-2.0
// What the service manager is told, and what it asks for: sd_notify(3), sd_watchdog_enabled(3).
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace bgs2::systemd {

// Each of these returns true when the message was handed to the service manager, and false, having done
// nothing, where there is none to tell (NOTIFY_SOCKET unset: started by hand). They throw Exception
// (`failed`) if telling it failed. `text` is one line for a person, shown by `systemctl status`; control
// characters become spaces.

bool ready(std::string_view text); ///< start-up, or the reload that reloading() began, is complete
bool reloading();                  ///< a reload begins now; ready() must follow
bool stopping();                   ///< shutting down
bool status(std::string_view text);
bool watchdog(); ///< alive; see watchdog_interval()

/// How often watchdog() wants to be called: half of WatchdogSec=. Nothing if no watchdog waits for this
/// process.
std::optional<std::chrono::microseconds> watchdog_interval();

} // namespace bgs2::systemd
