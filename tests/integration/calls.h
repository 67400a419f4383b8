// SPDX-License-Identifier: Apache-2.0
// D-Bus calls of one client, and their results.
#pragma once

#include "tests/support/accounts.h"
#include "tests/support/gateway.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace bgs2::test {

struct Ending {
    std::string error; ///< name of the D-Bus error; empty: success
    std::string message;
};

/// A call without an answer yet.
struct PendingCall {
    std::optional<Ending> ending;
};

/// A client of a gateway's bus with its own account.
class Visitor {
  public:
    /// Requires root.
    Visitor(const Gateway& gateway, const Account& account);

    /// A call without arguments; the caller appends them.
    sdbus::MethodCall make_call(const std::string& path, const std::string& interface,
                                const std::string& method) const;
    [[nodiscard]] Ending call(const sdbus::MethodCall& call) const;
    /// Calls a method without arguments, or with an empty a{sv}.
    [[nodiscard]] Ending call(const std::string& path, const std::string& interface,
                              const std::string& method) const;

    /// The answer of Manager.Rights.
    [[nodiscard]] std::vector<std::string> rights() const;

    /// Calls a method with interactive authorization allowed, and does not wait for the answer.
    std::shared_ptr<PendingCall> ask(const std::string& path, const std::string& interface,
                                     const std::string& method);
    std::shared_ptr<PendingCall> ask_to_rescan() { return ask("/io/bgs2d1", "io.bgs2d1.Manager", "Rescan"); }
    /// Processes received messages.
    void process();
    [[nodiscard]] sdbus::IConnection& connection() const { return *connection_; }

  private:
    std::unique_ptr<sdbus::IConnection> connection_;
    std::unique_ptr<sdbus::IProxy> manager_;
};

} // namespace bgs2::test
