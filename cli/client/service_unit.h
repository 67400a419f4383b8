// SPDX-License-Identifier: Apache-2.0
// The state of a systemd service.
#pragma once

#include <string>

namespace bgs2::cli {

/// Properties of org.freedesktop.systemd1.Unit and .Service; empty if unknown.
struct ServiceUnit {
    std::string load;    ///< "loaded", "not-found", "masked", "bad-setting"
    std::string active;  ///< "active", "inactive", "failed", "activating", "deactivating"
    std::string enabled; ///< "enabled", "disabled", "static"
    std::string result;  ///< of its last run: "success", "exit-code", "watchdog"

    bool operator==(const ServiceUnit&) const = default;
};

} // namespace bgs2::cli
