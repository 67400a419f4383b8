// SPDX-License-Identifier: Apache-2.0
// The polkit agent for terminals: asks for the password that an authorization requires.
#pragma once

#include "cli/terminal/child_process.h"
#include "daemon/base/immovable.h"

#include <optional>

namespace bgs2::cli {

/// Whether polkit may have to ask the user: standard input is a terminal, and the user is not root, who has
/// every authorization.
bool can_ask_for_password();

/// Runs pkttyagent for this process. It is ready when the constructor returns; if it cannot be started,
/// polkit does not ask.
class PasswordAgent : Immovable {
  public:
    PasswordAgent();
    ~PasswordAgent();

  private:
    std::optional<ChildProcess> program_;
};

} // namespace bgs2::cli
