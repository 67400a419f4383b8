// SPDX-License-Identifier: Apache-2.0
// The command line of bgs2sim.
#pragma once

#include "tests/sim/faults.h"

#include <chrono>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace bgs2::sim {

struct Options {
    std::optional<std::filesystem::path> pty; ///< exactly one of pty, connect and tty is set
    std::optional<std::filesystem::path> connect;
    std::optional<std::filesystem::path> tty;
    std::string imei = "356938035643809";
    std::optional<std::string> swap; ///< the IMEI after SIGUSR1
    std::string model = "BGS2-W";
    std::string revision = "01.301";
    std::optional<std::filesystem::path> slots;
    unsigned baud = 0; ///< 0: no pacing
    std::chrono::milliseconds settle{0};
    std::chrono::milliseconds doze{0};
    std::chrono::milliseconds frame_timeout{60000};
    std::chrono::milliseconds frame_gap{20};
    std::optional<std::filesystem::path> secure;
    bool chains = false;
    bool echo = false;
    bool numeric = false;
    bool quiet = false;
    bool urc = false;
    std::optional<std::string> peer; ///< the command at the other end of data calls
    bool registered = false;
    std::string port_use = "Application";
    std::optional<std::filesystem::path> log;
    std::optional<std::filesystem::path> frames;
    std::vector<Fault> faults;
};

/// The program prints this text and exits instead of simulating a modem.
struct EarlyExit {
    std::string text;
    int exit_code =
        0; ///< 0: text of --help or --version for standard output; 2: usage error for standard error
};

std::variant<Options, EarlyExit> parse_options(int argc, const char* const* argv, const std::string& version);

} // namespace bgs2::sim
