// SPDX-License-Identifier: Apache-2.0
// What a caller hands over as a descriptor, read to its end.
#pragma once

#include "daemon/base/error.h"
#include "daemon/pki/file.h"
#include "daemon/pki/secret.h"

#include <asio/awaitable.hpp>
#include <sdbus-c++/Types.h>

#include <chrono>
#include <string>
#include <string_view>

namespace bgs2::dbus {

/// Reading a file of a file system that a user runs (FUSE) would hold up everybody for as long as that user
/// likes. Errors: NotSupported.
Expected<void> require_prompt(int descriptor, std::string_view name);

/// How long whoever writes into a pipe may take to close it.
inline constexpr std::chrono::seconds pipe_patience{10};

/// All of it: of a regular file or memfd from its beginning, wherever its offset is; of a pipe what is still
/// to come, until its other end is closed. `name` is for messages. Throws Exception: TooMuchData (more than
/// pki::max_file_size), NotSupported (see require_prompt), Failed (anything else than these, or a pipe that
/// is not closed in time).
asio::awaitable<pki::Secret> read_handed_over(sdbus::UnixFd descriptor, std::string name);

} // namespace bgs2::dbus
