// SPDX-License-Identifier: Apache-2.0
// bgs2ctl on a gateway's bus.
#pragma once

#include "tests/support/gateway.h"
#include "tests/support/program.h"

#include <filesystem>
#include <string>
#include <vector>

namespace bgs2::test {

/// Runs it to its end. The input is empty unless given.
inline Outcome ctl(const Gateway& gateway, const std::vector<std::string>& arguments,
                   const std::string& input = {}) {
    return run(arguments,
               {.input = input, .environment = {"DBUS_SYSTEM_BUS_ADDRESS=" + gateway.bus_address()}});
}

/// Runs it beside the test. What it writes is at `output`.
inline Process ctl_beside(const Gateway& gateway, std::vector<std::string> arguments,
                          const std::string& output) {
    std::filesystem::remove(output);
    arguments.insert(arguments.begin(), BGS2CTL);
    return {arguments,
            {.environment = {"DBUS_SYSTEM_BUS_ADDRESS=" + gateway.bus_address()}, .output = output}};
}

} // namespace bgs2::test
