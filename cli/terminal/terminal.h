// SPDX-License-Identifier: Apache-2.0
// Where the program writes to, and what that can show.
#pragma once

#include "cli/terminal/access.h"

#include <cstddef>
#include <optional>
#include <string_view>

namespace bgs2::cli {

/// Standard output and standard error, the form that the user asked for, and of whom.
struct Terminal {
    bool json = false;                ///< --json
    bool interactive = false;         ///< standard output is a terminal
    bool progress = false;            ///< a line can be written over, and nobody wants JSON
    bool colour = false;              ///< a terminal, NO_COLOR is not set and TERM is not "dumb"
    std::optional<std::size_t> width; ///< columns of the terminal; nothing: not a terminal, do not cut
    Access access;                    ///< which bgs2d is meant

    bool operator==(const Terminal&) const = default;
};

/// What this process' standard output is.
Terminal terminal_of_process(bool json);

/// Writes all of `text` to standard output or standard error at once. Throws Failure when that is not
/// possible (a full disk, say). A reader of standard output that went away ends the program by SIGPIPE, as
/// usual.
void print(std::string_view text);
void print_error(std::string_view text);

} // namespace bgs2::cli
