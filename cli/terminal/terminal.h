// SPDX-License-Identifier: Apache-2.0
// Standard output and standard error, and what the terminal can show.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace bgs2::cli {

/// Which bgs2d to connect to, and how.
struct Access {
    std::string host;         ///< "USER@GATEWAY", over ssh; empty: this machine
    bool ask_password = true; ///< for an authorization that requires one

    bool operator==(const Access&) const = default;
};

/// The terminal, and the options of all verbs.
struct Terminal {
    bool json = false;                ///< --json
    bool interactive = false;         ///< standard output is a terminal
    bool progress = false;            ///< a line can be overwritten, and --json is not given
    bool colour = false;              ///< a terminal, NO_COLOR is not set and TERM is not "dumb"
    std::optional<std::size_t> width; ///< columns of the terminal; nothing: not a terminal, lines are not cut
    Access access;

    bool operator==(const Terminal&) const = default;
};

/// Of this process' standard output.
Terminal terminal_of_process(bool json);

/// Writes all of `text` to standard output or standard error. print() throws CommandError if that fails (a
/// full disk, say). SIGPIPE ends the program when the reader of standard output is gone, as usual.
void print(std::string_view text);
void print_error(std::string_view text);

} // namespace bgs2::cli
