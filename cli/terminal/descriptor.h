// SPDX-License-Identifier: Apache-2.0
// Open files that are handed to bgs2d. Nothing is read from them here.
#pragma once

#include "daemon/base/bytes.h"

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

/// The file at `path`, open for reading; "-" is standard input. Throws Failure: not there (exit code 3), may
/// not be read (4), neither a regular file nor a pipe (1).
Descriptor open_input(const std::string& path);

/// A file in memory with these octets, which nobody can change any more. Throws Failure.
Descriptor sealed_copy(ByteView octets);

} // namespace bgs2::cli
