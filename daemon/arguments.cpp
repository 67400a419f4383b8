// SPDX-License-Identifier: Apache-2.0
#include "daemon/arguments.h"

#include "daemon/config.h"
#include "daemon/policy/directories.h"

#include <CLI/CLI.hpp>

#include <cstdlib>
#include <iostream>
#include <string>

namespace bgs2 {
namespace {

std::filesystem::path default_state_directory() {
    const char* directory = std::getenv("STATE_DIRECTORY"); // of systemd.exec(5), StateDirectory=
    return directory != nullptr ? directory : "/var/lib/bgs2d";
}

} // namespace

std::expected<Arguments, int> parse_arguments(int argc, char** argv) {
    Arguments arguments{
        .config = default_config_file,
        .config_is_named = false,
        .policy_directories = {policy::default_directories.begin(), policy::default_directories.end()},
        .state_directory = default_state_directory(),
        .trace_directory = {},
        .log_level = LogLevel::info,
        .nominates = false};
    CLI::App app(
        "Keeps the TLS certificates of Cinterion BGS2 modems as the policies in /etc/bgs2d/policy.d say.\n"
        "It is started by systemd; 'bgs2ctl' shows what it does. SIGHUP makes it read its files anew.",
        "bgs2d");
    app.set_version_flag("--version", "bgs2d " BGS2_VERSION);
    std::vector<std::filesystem::path> directories;
    std::string level = "info";
    auto* const config = app.add_option("--config", arguments.config, "Configuration file")
                             ->type_name("FILE")
                             ->capture_default_str();
    app.add_option("--policy-dir", directories,
                   "Directory of policies instead of /etc, /run and /usr/lib/bgs2d/policy.d; may be given "
                   "several times, the "
                   "first takes precedence")
        ->type_name("DIR")
        ->allow_extra_args(false);
    app.add_option("--state-dir", arguments.state_directory, "Directory for what is to outlive a restart")
        ->type_name("DIR")
        ->capture_default_str();
    app.add_option("--log-level", level,
                   "Least urgent level that is logged: error, warning, notice, info or debug")
        ->type_name("LEVEL")
        ->capture_default_str()
        ->check([](const std::string& word) {
            return from_word<LogLevel>(word)
                       ? std::string()
                       : "'" + word + "' is none of error, warning, notice, info, debug";
        });
    app.add_option(
           "--trace", arguments.trace_directory,
           "Record each conversation over a port as a text file in this directory, which must exist "
           "(below /var/lib/bgs2d where systemd started it): seconds, > to the modem, < from it, what "
           "was said. Private keys are left out. At most 1000 files of 1 MiB; 'bgs2ctl frame decode' "
           "reads them")
        ->type_name("DIR")
        ->check(CLI::Validator(CLI::ExistingDirectory).description(""));
    app.add_flag(
        "--nominates", arguments.nominates,
        "For rules of udev, which run it with a port's properties in the environment: tell whether a "
        "[[port]] of the configuration names the port, and end. The exit status is 0 if one does, 1 "
        "if none does, 3 if the configuration can not be read");
    app.footer("The system bus is that of DBUS_SYSTEM_BUS_ADDRESS, if it is set.");

    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        constexpr int usage = 2;
        return std::unexpected(app.exit(e, std::cout, std::cerr) == 0 ? 0 : usage);
    }
    arguments.config_is_named = config->count() > 0;
    if (!directories.empty())
        arguments.policy_directories = std::move(directories);
    arguments.log_level =
        from_word<LogLevel>(level).value_or(arguments.log_level); // CLI11 let only levels through
    return arguments;
}

} // namespace bgs2
