// SPDX-License-Identifier: Apache-2.0
// The real ModemManager on the bus of a gateway.
#pragma once

#include "dbus/sdbus/sdbus.h"
#include "tests/support/gateway.h"
#include "tests/support/process.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

namespace bgs2::test {

class ModemManagerProgram {
  public:
    static bool installed();

    /// `gateway` outlives this object.
    explicit ModemManagerProgram(Gateway& gateway)
      : gateway_(gateway) {}

    void start();
    void stop() { process_.reset(); }
    void signal(int number) { process_.value().signal(number); }

    /// The number of its modems; nothing if it is not on the bus.
    std::optional<std::size_t> modems();
    /// Waits until it has that many modems; false: timeout.
    bool shows_modems(std::size_t count);

    /// Calls for its only modem: the error, empty if there is none.
    std::string enable();
    std::string connect();
    std::string disconnect();

    /// The state of its only modem (MMModemState); nothing if it has not one modem.
    std::optional<std::int32_t> state();

    /// The ttys that it has open.
    [[nodiscard]] std::set<std::string> open_ports() const;

    [[nodiscard]] std::string log() const;

  private:
    using Objects = std::map<sdbus::ObjectPath, std::map<std::string, Gateway::Dictionary>>;

    std::optional<Objects> objects();
    std::string call(const std::function<void(sdbus::IProxy&)>& make);

    Gateway& gateway_;
    std::optional<Process> process_;
};

} // namespace bgs2::test
