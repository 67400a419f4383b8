// SPDX-License-Identifier: Apache-2.0
// Files of a bounded size, read whole.
#pragma once

#include "daemon/base/bytes.h"
#include "daemon/base/error.h"
#include "daemon/pki/secret.h"

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace bgs2::pki {

/// More than any certificate, key or frame has: a frame's length is a uint16 (protocol.md §1).
inline constexpr std::size_t max_file_size = std::size_t{64} * 1024;

/// An open file; closed with this.
class File {
  public:
    /// Symbolic links are followed; never waits for somebody to write. Errors: NotFound, AccessDenied,
    /// Failed.
    static Expected<File> open(const std::filesystem::path& path);

    File(File&& other) noexcept;
    File& operator=(File&&) = delete;
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    ~File();

    /// Those of read_descriptor().
    [[nodiscard]] Expected<Bytes> read(std::size_t max_size = max_file_size) const;
    [[nodiscard]] Expected<Secret> read_secret(std::size_t max_size = max_file_size) const;

    /// For a file that holds a secret. Errors: AccessDenied (its mode lets others read it, others than owner
    /// and group), Failed.
    [[nodiscard]] Expected<void> require_private() const;

  private:
    File(int descriptor, std::string name);
    int descriptor_; ///< -1 once moved from
    std::string name_;
};

/// Regular files only, symbolic links followed; never waits for somebody to write.
/// Errors: NotFound, AccessDenied, TooMuchData (more than `max_size` bytes), Failed (anything else).
Expected<Bytes> read_file(const std::filesystem::path& path, std::size_t max_size = max_file_size);

/// The same, straight into secure memory.
Expected<Secret> read_secret_file(const std::filesystem::path& path, std::size_t max_size = max_file_size);

/// The same without the one line end (LF or CR LF) that editors leave behind a passphrase.
Expected<Secret> read_passphrase_file(const std::filesystem::path& path);

/// Takes that line end off.
void strip_line_end(Secret& passphrase);

/// The same for a descriptor of an open regular file, from its beginning whatever its offset is (which is
/// left alone). It stays open. `name` is for messages.
Expected<Bytes> read_descriptor(int descriptor, std::string_view name, std::size_t max_size = max_file_size);
Expected<Secret> read_secret_descriptor(int descriptor, std::string_view name,
                                        std::size_t max_size = max_file_size);

} // namespace bgs2::pki
