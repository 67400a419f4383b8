// SPDX-License-Identifier: Apache-2.0
// A configuration file's text.
#pragma once

#include "daemon/base/error.h"

#include <cstddef>
#include <filesystem>
#include <string>

namespace bgs2::policy {

/// No sensible policy or configuration is larger, bytes.
inline constexpr std::size_t largest_text_file = std::size_t{1} << 20U;

/// All of a regular file, or nothing of /dev/null. Never blocks on a pipe or a device. Errors, which do not
/// name the file: NotFound, AccessDenied, Failed (of another type, too large, or what the system says).
Expected<std::string> read_text_file(const std::filesystem::path& file);

} // namespace bgs2::policy
