// SPDX-License-Identifier: Apache-2.0
// Reads configuration files.
#pragma once

#include "daemon/base/error.h"

#include <cstddef>
#include <filesystem>
#include <string>

namespace bgs2::policy {

/// The maximum size of a policy or configuration, in bytes.
inline constexpr std::size_t largest_text_file = std::size_t{1} << 20U;

/// The content of a regular file; empty for /dev/null. Never blocks on a pipe or a device. Errors, which do
/// not name the file: NotFound, AccessDenied, Failed (another type, too large, or a system error).
Expected<std::string> read_text_file(const std::filesystem::path& file);

} // namespace bgs2::policy
