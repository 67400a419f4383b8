// SPDX-License-Identifier: Apache-2.0
// Frames that the vendor's tool made (protocol.md §1), and what it made them from.
#pragma once

#include "daemon/sbnw/frame.h"
#include "daemon/sbnw/signature.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace bgs2::sbnw {

struct Vector {
    std::string name;
    Bytes frame;           ///< as the vendor's tool wrote it
    SecureCommand command; ///< the same, from the inputs; without the signature
    std::optional<Digest> digest;
    std::filesystem::path signing_key; ///< where there is a digest
};

/// The folder of vectors.json: BGS2_VECTORS of the environment, or the one beside the sources.
std::filesystem::path vectors_directory();

/// Throws where a file is missing or not understood.
std::vector<Vector> read_vectors(const std::filesystem::path& directory);

/// For tests of the vendor's frames: skipped, saying what is missing, where these are not at hand.
class VectorsTest : public testing::Test {
  protected:
    void SetUp() override;
    std::vector<Vector> vectors_;
};

} // namespace bgs2::sbnw
