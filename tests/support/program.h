// SPDX-License-Identifier: Apache-2.0
// Runs the real bgs2ctl.
#pragma once

#include "daemon/base/bytes.h"
#include "daemon/base/immovable.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace bgs2::test {

struct Outcome {
    int exit = -1; ///< exit code; -1: ended by a signal
    std::string output;
    std::string errors;
};

struct RunOptions {
    std::string input{};                    ///< standard input
    std::vector<std::string> environment{}; ///< "NAME=value", in addition to PATH
    bool as_nobody = false;                 ///< runs it as uid and gid 65534; requires root
};

/// Runs bgs2ctl until its end. After 20 seconds, a signal ends it and the test fails.
Outcome run(const std::vector<std::string>& arguments, const RunOptions& options = {});

/// A temporary folder that all users can read. The destructor removes it.
class Folder : Immovable {
  public:
    Folder();
    ~Folder();

    /// The path of a file in the folder.
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
