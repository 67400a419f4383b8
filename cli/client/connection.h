// SPDX-License-Identifier: Apache-2.0
// A connection to the system bus, for calls and signals. Only bus.cpp includes this file.
#pragma once

#include "cli/client/bus.h"
#include "cli/client/names.h"
#include "cli/client/password_agent.h"
#include "cli/terminal/signal_fd.h"
#include "cli/terminal/terminal.h"
#include "daemon/base/immovable.h"
#include "dbus/sdbus/sdbus.h"

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace bgs2::cli {

/// Every function throws CommandError.
class Connection : Immovable {
  public:
    using Deadline = std::optional<std::chrono::steady_clock::time_point>;

    explicit Connection(const Access& access);

    // Calls of bgs2d, the bus, systemd and polkit. Return the reply: an array.
    template<class... Arguments>
    Value call(const std::string& path, const char* interface, const char* method,
               const Arguments&... arguments) {
        return send(bus_name, path, interface, method, writer_of(arguments...));
    }
    template<class... Arguments>
    Value call_driver(const char* method, const Arguments&... arguments) {
        return send(driver_name, driver_path, driver_name, method, writer_of(arguments...));
    }
    template<class... Arguments>
    Value call_systemd(const std::string& path, const char* interface, const char* method,
                       const Arguments&... arguments) {
        return send(systemd_name, path, interface, method, writer_of(arguments...));
    }

    template<class... Arguments>
    Value call_polkit(const char* method, const Arguments&... arguments) {
        return send(polkit_name, polkit_path, polkit_interface, method, writer_of(arguments...));
    }

    /// A call of bgs2d that requires an authorization, which polkit may grant for a password.
    template<class... Arguments>
    Value ask(const std::string& path, const char* interface, const char* method,
              const Arguments&... arguments) {
        start_agent();
        return call(path, interface, method, arguments...);
    }

    // As of Bus.
    void subscribe();
    [[nodiscard]] bool daemon_is_there() const { return !owner_.empty(); }
    std::optional<BusSignal> next_signal(const SignalFd& interrupt, const Deadline& deadline);

  private:
    struct Arrived {
        std::string sender;
        BusSignal event;
    };

    /// Writes the arguments of a call.
    using Writer = std::function<void(sdbus::MethodCall&)>;

    template<class... Arguments>
    static Writer writer_of(const Arguments&... arguments) {
        return [&](sdbus::MethodCall& call) { (static_cast<void>(call << arguments), ...); };
    }

    Value send(const std::string& name, const std::string& path, const char* interface, const char* method,
               const Writer& write_arguments);
    void start_agent();
    void match(const std::string& rule);
    bool accept(const std::string& sender, const BusSignal& event);
    bool process();
    bool wait(const SignalFd& interrupt, const Deadline& deadline);

    Access access_;
    std::optional<PasswordAgent> agent_; ///< after the first call that requires an authorization
    std::unique_ptr<sdbus::IConnection> bus_;
    std::vector<sdbus::Slot> matches_;
    std::string owner_; ///< the unique name of the owner of io.bgs2d1; empty: none
    std::deque<Arrived> arrived_;
};

} // namespace bgs2::cli
