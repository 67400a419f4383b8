// SPDX-License-Identifier: Apache-2.0
// Files that a command line names, read whole: regular files, pipes such as those of <(COMMAND), and "-" for
// standard input. Throws CommandError: exit codes 3 (not there), 4 (permission denied), 1 (anything else).
#pragma once

#include "daemon/base/bytes.h"
#include "daemon/pki/file.h"
#include "daemon/pki/secret.h"

#include <initializer_list>
#include <optional>
#include <string>

namespace bgs2::cli {

/// Throws a usage error if more than one of the paths is "-".
void require_one_standard_input(std::initializer_list<std::optional<std::string>> paths);

/// At most `most` bytes.
Bytes read_input(const std::string& path, std::size_t most = pki::max_file_size);

/// The same for a file that may hold a key.
pki::Secret read_secret_input(const std::string& path);

/// The same without the line end of a passphrase; nothing if no path is given.
std::optional<pki::Secret> read_passphrase(const std::optional<std::string>& path);

} // namespace bgs2::cli
