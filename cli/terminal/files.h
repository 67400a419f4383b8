// SPDX-License-Identifier: Apache-2.0
// Files that a command line names. Input is a regular file, a pipe such as that of <(COMMAND), or "-" for
// standard input. All functions throw CommandError: exit codes 3 (not found), 4 (permission denied), 1
// (anything else).
#pragma once

#include "daemon/base/bytes.h"
#include "daemon/pki/file.h"
#include "daemon/pki/secret.h"

#include <initializer_list>
#include <optional>
#include <span>
#include <string>

namespace bgs2::cli {

/// Owns a file descriptor.
class Descriptor {
  public:
    explicit Descriptor(int descriptor) noexcept
      : descriptor_(descriptor) {}
    Descriptor(Descriptor&& other) noexcept;
    Descriptor& operator=(Descriptor&&) = delete;
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor();

    [[nodiscard]] int get() const noexcept { return descriptor_; }

  private:
    int descriptor_; ///< -1 once moved from
};

/// Throws a usage error if more than one of the paths is "-".
void require_one_standard_input(std::initializer_list<std::optional<std::string>> paths);
void require_one_standard_input(std::span<const std::string> paths);

/// The file at `path`, open for reading; nothing is read.
Descriptor open_input(const std::string& path);

/// Reads at most `most` bytes, to the end of the file.
Bytes read_input(const std::string& path, std::size_t most = pki::max_file_size);

/// The same for a file that may hold a key.
pki::Secret read_secret_input(const std::string& path);

/// The same without the line end of a passphrase; nothing if no path is given.
std::optional<pki::Secret> read_passphrase(const std::optional<std::string>& path);

/// A file in memory with this content, sealed: nobody can change it.
Descriptor sealed_copy(ByteView content);

/// Replaces the file at `path` by one with this content and mode 0600, atomically: a file beside it is
/// renamed. Follows a symbolic link. On failure the old file is unchanged. Refuses to replace anything but a
/// regular file (a modem's port, say).
void write_private_file(const std::string& path, ByteView content);

} // namespace bgs2::cli
