// SPDX-License-Identifier: Apache-2.0
// bgs2ctl: arguments in, exit code out.
#include "cli/program.h"
#include "cli/terminal/command_error.h"
#include "cli/terminal/terminal.h"

#include <exception>
#include <span>
#include <utility>

namespace {

using bgs2::cli::CommandError;

int report(const CommandError& error, bool json) {
    bgs2::cli::print_error(json ? error.json() : error.text());
    return std::to_underlying(error.exit());
}

} // namespace

int main(int argc, char** argv) {
    const std::span<const char* const> arguments(argv + (argc > 0 ? 1 : 0),
                                                 static_cast<std::size_t>(argc > 0 ? argc - 1 : 0));
    const bool json = bgs2::cli::asks_for_json(arguments);
    try {
        const bgs2::cli::Action action = bgs2::cli::parse(arguments);
        return std::to_underlying(action(bgs2::cli::terminal_of_process(json)));
    } catch (const CommandError& error) {
        return report(error, json);
    } catch (const bgs2::Exception& exception) {
        return report(CommandError(exception.error()), json);
    } catch (const std::exception& exception) {
        return report(CommandError(bgs2::Error{bgs2::ErrorCode::failed, exception.what(), {}}), json);
    }
}
