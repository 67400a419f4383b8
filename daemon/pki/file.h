// SPDX-License-Identifier: Apache-2.0
// Reads whole files of a limited size.
#pragma once

#include "daemon/base/bytes.h"
#include "daemon/base/error.h"
#include "daemon/pki/secret.h"

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace bgs2::pki {

/// Larger than any certificate, key or frame: the length of a frame is a uint16 (protocol.md §1).
inline constexpr std::size_t max_file_size = std::size_t{64} * 1024;

/// An open file; the destructor closes it.
class File {
  public:
    /// Follows symbolic links; never waits for a writer. Errors: NotFound, AccessDenied, Failed.
    static Expected<File> open(const std::filesystem::path& path);

    File(File&& other) noexcept;
    File& operator=(File&&) = delete;
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    ~File();

    /// As read_descriptor().
    [[nodiscard]] Expected<Bytes> read(std::size_t max_size = max_file_size) const;
    [[nodiscard]] Expected<Secret> read_secret(std::size_t max_size = max_file_size) const;

    /// For a file that contains a secret. Errors: AccessDenied (its mode allows others than owner and group
    /// to read it), those of require_protected().
    [[nodiscard]] Expected<void> require_private() const;

    /// The same for a file that others may read. Errors: AccessDenied (others can write the file; or replace
    /// it, since they can write its directory, or that of a symbolic link to it, and the directory is not
    /// sticky), Failed. Trusted are root, this process, their groups, and the file's owner.
    [[nodiscard]] Expected<void> require_protected() const;

  private:
    File(int descriptor, std::string name);
    int descriptor_; ///< -1 once moved from
    std::string name_;
};

/// Reads an open regular file from its beginning; neither uses nor changes its offset. It stays open. `name`
/// is for messages. Errors: TooMuchData (more than `max_size` bytes), Failed (not a regular file, an error of
/// the system).
Expected<Bytes> read_descriptor(int descriptor, std::string_view name, std::size_t max_size = max_file_size);

/// The same, straight into secure memory.
Expected<Secret> read_secret_descriptor(int descriptor, std::string_view name,
                                        std::size_t max_size = max_file_size);

/// Removes what editors add to a passphrase: UTF-16, which becomes UTF-8, a byte order mark, and one line end
/// (LF or CR LF).
void clean_passphrase(Secret& passphrase);

} // namespace bgs2::pki
