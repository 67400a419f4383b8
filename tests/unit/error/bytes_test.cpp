#include "daemon/bytes.h"

#include <gtest/gtest.h>

namespace bgs2 {
namespace {

TEST(Bytes, HexIsLowerCaseWithTwoDigitsAnOctet) {
    EXPECT_EQ(to_hex(as_bytes(std::string_view("\x00\x7f\xff\x0a", 4))), "007fff0a");
    EXPECT_EQ(to_hex({}), "");
}

} // namespace
} // namespace bgs2
