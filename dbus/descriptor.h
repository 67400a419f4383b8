// SPDX-License-Identifier: Apache-2.0
// Reads the descriptors that callers pass.
#pragma once

#include "daemon/base/error.h"
#include "daemon/pki/secret.h"

#include <asio/awaitable.hpp>
#include <sdbus-c++/Types.h>

#include <chrono>
#include <string>
#include <string_view>

namespace bgs2::dbus {

/// Refuses a file on FUSE: a read would block the daemon for as long as the user that runs the file system
/// likes. Errors: NotSupported.
Expected<void> require_prompt(int descriptor, std::string_view name);

/// The time limit for the writer to close a pipe.
inline constexpr std::chrono::seconds pipe_timeout{10};

/// Reads a regular file or memfd from its beginning, whatever its offset, and a pipe until its other end is
/// closed. `name` is for messages. Throws Exception: TooMuchData (more than pki::max_file_size), NotSupported
/// (see require_prompt), Failed (another error, or a pipe that is not closed in time).
asio::awaitable<pki::Secret> read_to_end(sdbus::UnixFd descriptor, std::string name);

} // namespace bgs2::dbus
