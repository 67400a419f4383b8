// SPDX-License-Identifier: Apache-2.0
// The units that are stopped for a write, as remembered on the disk: a file for each.
#pragma once

#include "daemon/base/error.h"

#include <filesystem>
#include <string>
#include <vector>

namespace bgs2 {

/// Each file is empty; its name is the unit. A file appears and disappears in one step, so that no crash
/// leaves half of it. All functions block for as long as the file system does.
class BorrowedUnits {
  public:
    explicit BorrowedUnits(std::filesystem::path directory)
      : directory_(std::move(directory)) {}

    /// Does nothing if it is remembered. Errors: Failed.
    [[nodiscard]] Expected<void> remember(const std::string& unit) const;
    /// Does nothing if it is not remembered. Errors: Failed.
    [[nodiscard]] Expected<void> forget(const std::string& unit) const;
    [[nodiscard]] bool contains(const std::string& unit) const;
    /// The units whose files are there, sorted; files that no unit has are left out. Errors: Failed.
    [[nodiscard]] Expected<std::vector<std::string>> list() const;

  private:
    std::filesystem::path directory_;
};

} // namespace bgs2
