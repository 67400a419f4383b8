// SPDX-License-Identifier: Apache-2.0
// A serial port that is none: a pty, and a link that other programs find it by.
#pragma once

#include "daemon/base/immovable.h"

#include <string>

namespace bgs2::cli {

/// Holds both ends, so that programs may open and close the port as often as they like. The line is raw until
/// one of them sets it otherwise.
class PtyLink : Immovable {
  public:
    /// Makes a symbolic link at `path`, in place of a dangling one to a pty that is gone. Throws Failure,
    /// also if anything else stands there.
    explicit PtyLink(std::string path);
    ~PtyLink(); ///< removes the link, and hangs up

    /// The module's end; neither reading nor writing blocks.
    [[nodiscard]] int descriptor() const { return master_; }

    /// Whether the program has read all that was written for it.
    [[nodiscard]] bool is_read() const;

  private:
    void link(const char* port);
    void close_both() const;

    std::string path_;
    int master_ = -1;
    int slave_ = -1;
};

} // namespace bgs2::cli
