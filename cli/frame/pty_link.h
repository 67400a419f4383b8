// SPDX-License-Identifier: Apache-2.0
// An emulated serial port: a pty with a link to it.
#pragma once

#include "daemon/base/immovable.h"

#include <string>

namespace bgs2::cli {

/// Holds both ends, so that programs can open and close the port several times. The line is raw until a
/// program changes its settings.
class PtyLink : Immovable {
  public:
    /// Creates a symbolic link at `path`; replaces a dangling link to a pty. Throws CommandError, also if any
    /// other file exists there.
    explicit PtyLink(std::string path);
    ~PtyLink(); ///< removes the link and hangs up

    /// The end of the modem; does not block.
    [[nodiscard]] int descriptor() const { return master_; }

    /// Whether the program has read all answers.
    [[nodiscard]] bool is_read() const;

  private:
    void link(const char* port);
    void close_both() const;

    std::string path_;
    int master_ = -1;
    int slave_ = -1;
};

} // namespace bgs2::cli
