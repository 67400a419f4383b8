// Files of a bounded size, read whole.
#pragma once

#include "daemon/bytes.h"
#include "daemon/error.h"
#include "daemon/pki/secret.h"

#include <cstddef>
#include <filesystem>
#include <string_view>

namespace bgs2::pki {

/// More than any certificate, key or frame has: a frame's length is a uint16 (protocol.md §1).
inline constexpr std::size_t max_file_size = std::size_t{64} * 1024;

/// Regular files only, symbolic links followed; never waits for somebody to write.
/// Errors: NotFound, AccessDenied, TooMuchData (more than `max_size` octets), Failed (anything else).
Expected<Bytes> read_file(const std::filesystem::path& path, std::size_t max_size = max_file_size);

/// The same, straight into secure memory.
Expected<Secret> read_secret_file(const std::filesystem::path& path, std::size_t max_size = max_file_size);

/// The same without the one line end (LF or CR LF) that editors leave behind a passphrase.
Expected<Secret> read_passphrase_file(const std::filesystem::path& path);

/// The same for a descriptor of an open regular file, from its beginning whatever its offset is (which is
/// left alone). It stays open. `name` is for messages.
Expected<Bytes> read_descriptor(int descriptor, std::string_view name, std::size_t max_size = max_file_size);
Expected<Secret> read_secret_descriptor(int descriptor, std::string_view name,
                                        std::size_t max_size = max_file_size);

} // namespace bgs2::pki
