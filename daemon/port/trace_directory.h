// SPDX-License-Identifier: Apache-2.0
// The files of bgs2d --trace: each conversation over a port, from its opening to its closing.
#pragma once

#include "daemon/at/tap.h"
#include "daemon/base/log.h"

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string_view>

namespace bgs2 {

/// Whatever goes wrong is told in the log, once, and disturbs nothing else.
class TraceDirectory {
  public:
    static constexpr std::size_t most_files = 1000;
    static constexpr std::size_t largest_file = std::size_t{1} << 20U; ///< bytes

    /// `directory` has to exist.
    TraceDirectory(std::filesystem::path directory, Log log);

    /// Begins 20261123T010203Z-ttyUSB0-1.trace, readable by its owner only, in the format of
    /// at/transcript.h. Null if that can not be done, or if there are `most_files` of them already. What it
    /// gives may outlive the directory.
    [[nodiscard]] std::unique_ptr<at::Tap> begin(std::string_view device);

  private:
    class WarnOnce;
    class File;

    std::filesystem::path directory_;
    std::shared_ptr<WarnOnce> trouble_;
};

} // namespace bgs2
