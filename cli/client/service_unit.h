// SPDX-License-Identifier: Apache-2.0
// What systemd says of a service.
#pragma once

#include <string>

namespace bgs2::cli {

/// systemd's own words (org.freedesktop.systemd1.Unit and .Service); empty where it did not say.
struct ServiceUnit {
    std::string load;    ///< "loaded", "not-found", "masked", "bad-setting"
    std::string active;  ///< "active", "inactive", "failed", "activating", "deactivating"
    std::string enabled; ///< "enabled", "disabled", "static"
    std::string result;  ///< how it ended last: "success", "exit-code", "watchdog"

    bool operator==(const ServiceUnit&) const = default;
};

} // namespace bgs2::cli
