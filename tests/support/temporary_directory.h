// SPDX-License-Identifier: Apache-2.0
// A temporary directory. The destructor removes it.
#pragma once

#include "daemon/base/immovable.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace bgs2::test {

class TemporaryDirectory : Immovable {
  public:
    TemporaryDirectory() {
        std::string name = ::testing::TempDir() + "bgs2.XXXXXX";
        if (::mkdtemp(name.data()) == nullptr)
            throw std::runtime_error("cannot make " + name);
        path_ = name;
    }
    ~TemporaryDirectory() {
        std::error_code error;
        std::filesystem::remove_all(path_, error);
        if (error)
            ADD_FAILURE() << "cannot remove " << path_ << ": " << error.message();
    }

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

    /// Writes a file with mode 0600, which key files require, and creates its directories.
    [[nodiscard]] std::filesystem::path write(std::string_view name, std::string_view text) const {
        auto file = path_ / name;
        std::filesystem::create_directories(file.parent_path());
        std::ofstream stream(file, std::ios::binary | std::ios::trunc);
        std::filesystem::permissions(file, std::filesystem::perms::owner_read |
                                               std::filesystem::perms::owner_write);
        stream << text;
        stream.close();
        if (!stream)
            throw std::runtime_error("cannot write " + file.string());
        return file;
    }

  private:
    std::filesystem::path path_;
};

} // namespace bgs2::test
