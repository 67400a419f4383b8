// SPDX-License-Identifier: Apache-2.0
// The real bgs2ctl, run by a test.
#pragma once

#include "daemon/base/bytes.h"
#include "daemon/base/immovable.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace bgs2::test {

struct Outcome {
    int exit = -1; ///< the exit code; -1: ended by a signal
    std::string output;
    std::string errors;
};

struct RunOptions {
    std::string input{};                    ///< standard input
    std::vector<std::string> environment{}; ///< "NAME=value", on top of a nearly empty one
    bool as_nobody = false;                 ///< as uid and gid 65534; needs root
};

/// Runs bgs2ctl to its end; ended by force, with a failure of the test, if that takes more than 20 seconds.
Outcome run(const std::vector<std::string>& arguments, const RunOptions& options = {});

/// A folder of its own, gone at the end, that everybody may enter.
class Folder : Immovable {
  public:
    Folder();
    ~Folder();

    /// A path in it.
    [[nodiscard]] std::string path(const std::string& name) const { return (path_ / name).string(); }

    /// Writes a file and returns its path.
    [[nodiscard]] std::string write(const std::string& name, ByteView bytes) const;
    [[nodiscard]] std::string write(const std::string& name, std::string_view text) const;

  private:
    std::filesystem::path path_;
};

/// The whole file.
std::string read_text(const std::filesystem::path& path);

} // namespace bgs2::test
