// SPDX-License-Identifier: Apache-2.0
// The files of bgs2d --trace: one file for each conversation, from opening to closing the port.
#pragma once

#include "daemon/at/tap.h"
#include "daemon/base/log.h"

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string_view>

namespace bgs2 {

/// An error is logged once and does not affect anything else.
class TraceDirectory {
  public:
    static constexpr std::size_t most_files = 1000;
    static constexpr std::size_t largest_file = std::size_t{1} << 20U; ///< bytes

    /// `directory` must exist.
    TraceDirectory(std::filesystem::path directory, Log log);

    /// Creates 20261123T010203Z-ttyUSB0-1.trace, readable by its owner only, in the format of
    /// at/transcript.h. Null if that fails, or if there are `most_files` already. The tap may outlive the
    /// directory.
    [[nodiscard]] std::unique_ptr<at::Tap> begin(std::string_view device);

  private:
    class WarnOnce;
    class File;

    std::filesystem::path directory_;
    std::shared_ptr<WarnOnce> warn_once_;
};

} // namespace bgs2
