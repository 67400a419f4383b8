// Files that a command line names, read whole. Throws Failure.
#pragma once

#include "daemon/base/bytes.h"
#include "daemon/pki/file.h"
#include "daemon/pki/secret.h"

#include <optional>
#include <string>

namespace bgs2::cli {

/// At most so many octets. Exit codes: 3 not there, 4 may not be read, 1 anything else.
Bytes read_input(const std::string& path, std::size_t most = pki::max_file_size);

/// The same for what may hold a key.
pki::Secret read_secret_input(const std::string& path);

/// The same without the line end behind a passphrase; nothing if no path is given.
std::optional<pki::Secret> read_passphrase(const std::optional<std::string>& path);

/// A frame's octets, "-" for standard input.
pki::Secret read_frame(const std::string& path);

} // namespace bgs2::cli
