// SPDX-License-Identifier: Apache-2.0
// Names of units of the service manager.
#pragma once

#include "daemon/base/error.h"

#include <string_view>

namespace bgs2::policy {

/// Checks the name of a unit that is to be stopped and started again: "gprs.service", "pppd@ttyS1.service".
/// Errors: InvalidArgument, if systemd.unit(5) does not allow the name, it is a template, nothing can start
/// a unit of that type again, or bgs2d cannot work without that unit.
Expected<void> check_unit_name(std::string_view name);

} // namespace bgs2::policy
