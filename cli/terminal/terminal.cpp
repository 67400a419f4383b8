// SPDX-License-Identifier: Apache-2.0
#include "cli/terminal/terminal.h"

#include "cli/terminal/command_error.h"
#include "daemon/base/system_error.h"

#include <cerrno>
#include <cstdlib>
#include <sys/ioctl.h>
#include <unistd.h>

namespace bgs2::cli {
namespace {

std::string_view environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string_view() : value;
}

bool write_all(int descriptor, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(descriptor, text.data(), text.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return false;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

} // namespace

Terminal terminal_of_process(bool json) {
    Terminal terminal;
    terminal.json = json;
    terminal.interactive = isatty(STDOUT_FILENO) == 1;
    if (!terminal.interactive)
        return terminal;
    const bool dumb = environment("TERM").empty() || environment("TERM") == "dumb";
    terminal.progress = !dumb && !json;
    terminal.colour = !dumb && environment("NO_COLOR").empty();
    winsize size{};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        terminal.width = size.ws_col;
    return terminal;
}

void print(std::string_view text) {
    if (!write_all(STDOUT_FILENO, text))
        throw CommandError(system_error(errno, "write to standard output"));
}

void print_error(std::string_view text) {
    // A failure to write to standard error cannot be reported.
    (void)write_all(STDERR_FILENO, text);
}

} // namespace bgs2::cli
