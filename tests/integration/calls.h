// SPDX-License-Identifier: Apache-2.0
// Calls as one caller makes them, and how they end.
#pragma once

#include "tests/support/accounts.h"
#include "tests/support/gateway.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace bgs2::test {

struct Ending {
    std::string error; ///< the D-Bus error's name; empty: success
    std::string message;
};

/// A call whose answer has not come.
struct PendingCall {
    std::optional<Ending> ending;
};

/// Somebody's connection to a gateway's bus.
class Visitor {
  public:
    /// Takes root.
    Visitor(const Gateway& gateway, const Account& account);

    /// What goes in is added to the call.
    sdbus::MethodCall make_call(const std::string& path, const std::string& interface,
                                const std::string& method) const;
    [[nodiscard]] Ending call(const sdbus::MethodCall& call) const;
    /// For a method that is given nothing or an a{sv}.
    [[nodiscard]] Ending call(const std::string& path, const std::string& interface,
                              const std::string& method) const;

    /// What Manager.Rights answers.
    [[nodiscard]] std::vector<std::string> rights() const;

    /// The same, with leave to ask for a password; does not wait.
    std::shared_ptr<PendingCall> ask(const std::string& path, const std::string& interface,
                                     const std::string& method);
    std::shared_ptr<PendingCall> ask_to_rescan() { return ask("/io/bgs2d1", "io.bgs2d1.Manager", "Rescan"); }
    /// Takes what has come in.
    void process();
    [[nodiscard]] sdbus::IConnection& connection() const { return *connection_; }

  private:
    std::unique_ptr<sdbus::IConnection> connection_;
    std::unique_ptr<sdbus::IProxy> manager_;
};

} // namespace bgs2::test
