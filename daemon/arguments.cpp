// SPDX-License-Identifier: Apache-2.0
#include "daemon/arguments.h"

#include "daemon/config.h"
#include "daemon/policy/directories.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdlib>
#include <iostream>
#include <string>
#include <utility>

namespace bgs2 {
namespace {

std::filesystem::path default_state_directory() {
    const char* directory = std::getenv("STATE_DIRECTORY"); // of systemd.exec(5), StateDirectory=
    return directory != nullptr ? directory : "/var/lib/bgs2d";
}

std::filesystem::path default_run_directory() {
    const char* directory = std::getenv("RUNTIME_DIRECTORY"); // of systemd.exec(5), RuntimeDirectory=
    return directory != nullptr ? directory : "/run/bgs2d/borrowed";
}

} // namespace

std::expected<Arguments, int> parse_arguments(int argc, char** argv) {
    Arguments arguments{
        .config = default_config_file,
        .config_is_named = false,
        .policy_directories = {policy::default_directories.begin(), policy::default_directories.end()},
        .state_directory = default_state_directory(),
        .trace_directory = {},
        .lock_directory = "/run/lock",
        .run_directory = default_run_directory(),
        .log_level = LogLevel::info,
        .nominates = false,
        .give_back = false};
    CLI::App app("Provision TLS certificates into Cinterion BGS2 modems according to the policies in "
                 "/etc/bgs2d/policy.d.\n"
                 "systemd starts bgs2d; 'bgs2ctl' shows its state. SIGHUP makes it reload its files.",
                 "bgs2d");
    app.set_version_flag("--version", "bgs2d " BGS2_VERSION);
    std::vector<std::filesystem::path> directories;
    std::string level = "info";
    auto* const config = app.add_option("--config", arguments.config, "Read this configuration file")
                             ->type_name("FILE")
                             ->capture_default_str();
    app.add_option("--policy-dir", directories,
                   "Read policies from this directory instead of /etc, /run and /usr/lib/bgs2d/policy.d; can "
                   "be repeated, the first takes precedence")
        ->type_name("DIR")
        ->allow_extra_args(false);
    app.add_option("--state-dir", arguments.state_directory, "Keep the history in this directory")
        ->type_name("DIR")
        ->capture_default_str();
    app.add_option("--lock-dir", arguments.lock_directory,
                   "Look for the UUCP locks of other programs, and create those of bgs2d, in this directory")
        ->type_name("DIR")
        ->capture_default_str();
    app.add_option("--run-dir", arguments.run_directory,
                   "Remember in this directory which units are stopped for a write")
        ->type_name("DIR")
        ->capture_default_str();
    const std::string levels = fmt::format("{}", fmt::join(words_of<LogLevel>, ", "));
    app.add_option("--log-level", level, "Log lines of this level and more urgent ones: " + levels)
        ->type_name("LEVEL")
        ->capture_default_str()
        ->check([&levels](const std::string& word) {
            return from_word<LogLevel>(word) ? std::string()
                                             : fmt::format("'{}' is not one of {}", word, levels);
        });
    app.add_option(
           "--trace", arguments.trace_directory,
           "Record each conversation over a port as a text file in this directory, which must exist "
           "(below /var/lib/bgs2d if systemd starts bgs2d): seconds, > to the modem or < from it, and the "
           "data. Private keys are left out. At most 1000 files of 1 MiB; 'bgs2ctl frame decode' "
           "reads them")
        ->type_name("DIR")
        ->check(CLI::Validator(CLI::ExistingDirectory).description(""));
    app.add_flag(
        "--nominates", arguments.nominates,
        "Report whether a [[port]] of the configuration or a udev rule (BGS2D_PORT=1) names the port, and "
        "exit; udev rules run this with the properties of the port in the environment. The exit status "
        "is 0 if the port is named, 1 if not, 3 if the configuration cannot be read");
    app.add_flag(
        "--give-back", arguments.give_back,
        "Start the units that an ended bgs2d stopped for a write and did not start again, and exit; "
        "bgs2d.service runs this after bgs2d. The exit status is 1 if one of them cannot be started, or "
        "bgs2d is running");
    app.footer("DBUS_SYSTEM_BUS_ADDRESS, if set, is the address of the system bus.");

    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        constexpr int usage = 2;
        return std::unexpected(app.exit(e, std::cout, std::cerr) == 0 ? 0 : usage);
    }
    arguments.config_is_named = config->count() > 0;
    if (!directories.empty())
        arguments.policy_directories = std::move(directories);
    arguments.log_level = from_word<LogLevel>(level).value_or(arguments.log_level); // CLI11 has validated it
    return arguments;
}

} // namespace bgs2
