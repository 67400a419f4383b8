// SPDX-License-Identifier: Apache-2.0
// Another process of the system.
#pragma once

#include <string>
#include <string_view>
#include <sys/types.h>

namespace bgs2 {

/// A descriptor that becomes readable when the process has ended, also while it is a zombie; -1, with errno,
/// if there is none: ESRCH for a process that does not exist.
int open_process(pid_t process);

/// Whether the process exists and has not ended. A zombie has ended.
bool is_running(pid_t process);

/// The name of the program, at most 15 characters; empty if /proc does not tell.
std::string process_name(pid_t process);

/// The service that a control group belongs to: "gprs.service" of "/system.slice/gprs.service/main"; empty:
/// none. The services of a container are none: the service manager of this machine does not know them.
std::string unit_of(std::string_view control_group);

/// The service of the process, "gprs.service", by its control group; empty if it belongs to none.
std::string process_unit(pid_t process);

} // namespace bgs2
