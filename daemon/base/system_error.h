// SPDX-License-Identifier: Apache-2.0
// Errors of system calls, as errno(3) numbers them.
#pragma once

#include "daemon/base/error.h"

#include <string>
#include <string_view>

namespace bgs2 {

/// NotFound, AccessDenied or DeviceGone; Failed for any other number.
ErrorCode error_code_of(int number);

/// The same for a serial port, also PortClaimed (EBUSY, EWOULDBLOCK), InvalidArgument (ENOTTY), DeviceGone
/// (EIO).
ErrorCode tty_error_code_of(int number);

/// "cannot open /dev/ttyS1: Permission denied", for the attempt "open /dev/ttyS1".
Error system_error(int number, std::string_view attempt, std::string hint = {});

} // namespace bgs2
