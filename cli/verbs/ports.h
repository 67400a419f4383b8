// SPDX-License-Identifier: Apache-2.0
// bgs2ctl ports: every serial port, and why it is or is not a modem.
#pragma once

#include "cli/verbs/verb.h"

namespace bgs2::cli {

/// Adds the verb to `program`.
void add_ports(Verb& program);

} // namespace bgs2::cli
