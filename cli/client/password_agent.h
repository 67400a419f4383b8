// SPDX-License-Identifier: Apache-2.0
// polkit's agent for terminals: it asks for the password that a right takes.
#pragma once

#include "cli/terminal/child_process.h"
#include "daemon/base/immovable.h"

#include <optional>

namespace bgs2::cli {

/// Whether a person sits there who might need to be asked: standard input is a terminal, and it is not root,
/// who has every right.
bool somebody_can_be_asked();

/// pkttyagent for this process, for as long as this lives. It is ready once this is made; where it is not
/// installed or can not be, nobody is asked.
class PasswordAgent : Immovable {
  public:
    PasswordAgent();
    ~PasswordAgent();

  private:
    std::optional<ChildProcess> program_;
};

} // namespace bgs2::cli
