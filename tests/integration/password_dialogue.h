// SPDX-License-Identifier: Apache-2.0
// The authentication agent of a person, which polkitd asks for a password.
#pragma once

#include <sdbus-c++/sdbus-c++.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace bgs2::test {

/// Registered for all whose connections are made by this process. The test's process() has it notice things.
class PasswordDialogue {
  public:
    /// Takes root: it answers as polkit's own setuid program does.
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
    std::optional<std::string> cookie_; ///< of the dialogue that is open
    std::string action_;
    std::string message_;
    std::vector<Identity> identities_; ///< whose password would do
    sdbus::Result<> result_;
};

} // namespace bgs2::test
