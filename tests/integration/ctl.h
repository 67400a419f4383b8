// SPDX-License-Identifier: Apache-2.0
// Runs bgs2ctl on the bus of a gateway.
#pragma once

#include "tests/support/gateway.h"
#include "tests/support/program.h"

#include <filesystem>
#include <string>
#include <vector>

namespace bgs2::test {

/// Runs bgs2ctl until its end.
inline Outcome ctl(const Gateway& gateway, const std::vector<std::string>& arguments,
                   const std::string& input = {}) {
    return run(arguments,
               {.input = input, .environment = {"DBUS_SYSTEM_BUS_ADDRESS=" + gateway.bus_address()}});
}

/// Starts bgs2ctl and does not wait. `output` is the file for standard output and error.
inline Process ctl_beside(const Gateway& gateway, std::vector<std::string> arguments,
                          const std::string& output) {
    std::filesystem::remove(output);
    arguments.insert(arguments.begin(), BGS2CTL);
    return {arguments,
            {.environment = {"DBUS_SYSTEM_BUS_ADDRESS=" + gateway.bus_address()}, .output = output}};
}

} // namespace bgs2::test
