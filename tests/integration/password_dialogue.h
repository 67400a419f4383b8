// SPDX-License-Identifier: Apache-2.0
// A polkit authentication agent, which asks its user for a password.
#pragma once

#include "dbus/sdbus/sdbus.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace bgs2::test {

/// Registered for all bus connections of this process. The test must call process() regularly.
class PasswordDialogue {
  public:
    /// Requires root: it answers like the setuid helper of polkit.
    explicit PasswordDialogue(const std::string& bus_address);

    void process();
    [[nodiscard]] bool is_open() const { return cookie_.has_value(); }
    [[nodiscard]] const std::string& action() const { return action_; }
    [[nodiscard]] const std::string& message() const { return message_; }

    void enter_the_right_password();
    void cancel();

  private:
    using Identity = sdbus::Struct<std::string, std::map<std::string, sdbus::Variant>>;

    void close(const std::optional<sdbus::Error>& error);

    std::unique_ptr<sdbus::IConnection> connection_;
    std::unique_ptr<sdbus::IProxy> authority_;
    std::unique_ptr<sdbus::IObject> agent_;
    std::optional<std::string> cookie_; ///< of the open dialogue
    std::string action_;
    std::string message_;
    std::vector<Identity> identities_; ///< users whose password polkit accepts
    sdbus::Result<> result_;
};

} // namespace bgs2::test
