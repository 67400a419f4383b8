// SPDX-License-Identifier: Apache-2.0
// Descriptors that callers pass.
#pragma once

#include "daemon/base/error.h"
#include "daemon/pki/secret.h"
#include "dbus/sdbus/sdbus.h"

#include <asio/awaitable.hpp>

#include <chrono>
#include <string>
#include <string_view>

namespace bgs2::dbus {

/// Refuses a file on FUSE: a read would block the daemon for as long as the user that runs the file system
/// likes. Errors: NotSupported.
Expected<void> require_prompt(int descriptor, std::string_view name);

} // namespace bgs2::dbus
