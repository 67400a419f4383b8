// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/targets.h"
#include "tests/support/bytes.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace bgs2::fuzz {
namespace {

/// A violated property aborts the program, as in a fuzzer.
TEST(Corpus, CausesNoAbortInAnyTarget) {
    for (const Target& target : targets) {
        int count = 0;
        for (const auto& file :
             std::filesystem::directory_iterator(std::filesystem::path(BGS2_CORPUS) / target.name)) {
            SCOPED_TRACE(file.path());
            target.check(test::read_whole(file.path()));
            ++count;
        }
        EXPECT_GT(count, 0) << target.name;
    }
}

} // namespace
} // namespace bgs2::fuzz
