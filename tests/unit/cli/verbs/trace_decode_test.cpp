// SPDX-License-Identifier: Apache-2.0
#include "tests/support/program.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace bgs2::test {
namespace {

constexpr std::string_view record = R"(# bgs2d trace 2
# port /dev/ttyUSB0
# begun 2026-11-23T01:02:03Z
2.900 > "AT^SBNW=is_cert,1\r"
2.950 < "\r\nCONNECT\r\n"
3.042 > bytes 0+12 of 12: 0c0003000100060001000300
3.100 < "\r\nSECURE CMD END OK\r\n"
# end
)";

class TraceDecode : public testing::Test {
  protected:
    Outcome decode(const std::string& text, const std::vector<std::string>& more = {}) const {
        std::vector<std::string> arguments{"frame", "decode", folder_.write("a.trace", text)};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return run(arguments);
    }

    Folder folder_;
};

TEST_F(TraceDecode, ShowsEachSecureCommandWithTimeAndResult) {
    const Outcome shown = decode(std::string(record));
    EXPECT_EQ(shown.exit, 0) << shown.errors;
    const std::string dump =
        run({"frame", "decode", "-"}, {.input = std::string("\x0c\0\x03\0\x01\0\x06\0\x01\0\x03\0", 12)})
            .output;
    EXPECT_EQ(shown.output, "3.042 s: 12 bytes for is_cert: SECURE CMD END OK\n\n" + dump);
    EXPECT_EQ(run({"frame", "decode", "-"}, {.input = std::string(record)}).output, shown.output);
}

TEST_F(TraceDecode, PrintsAnArrayAsJson) {
    const auto array = nlohmann::json::parse(decode(std::string(record), {"--json"}).output);
    ASSERT_EQ(array.size(), 1U);
    EXPECT_EQ(array[0]["time"], 3.042);
    EXPECT_EQ(array[0]["store"], "is_cert");
    EXPECT_EQ(array[0]["result"], "SECURE CMD END OK");
    EXPECT_EQ(array[0]["frame"]["parameters"][0]["slot"], 3);
}

TEST_F(TraceDecode, ReportsBytesMissingFromTheTrace) {
    const std::string begin = "# bgs2d trace 2\n";
    EXPECT_EQ(decode(begin).output, "no secure command in the trace\n");
    const Outcome cut_off = decode(begin + "1.000 > bytes 0+2 of 12: 0c00\n");
    EXPECT_EQ(cut_off.exit, 1);
    EXPECT_NE(cut_off.output.find("only 2 of 12 bytes were sent"), std::string::npos) << cut_off.output;
    const Outcome hidden = decode(begin + "1.000 > bytes 0+12 of 12: hidden\n");
    EXPECT_EQ(hidden.exit, 1);
    EXPECT_NE(hidden.output.find("the trace has none of its bytes"), std::string::npos);
    EXPECT_EQ(decode(begin + "nonsense\n").exit, 1);
}

TEST_F(TraceDecode, ReadsATraceLargerThanAFrame) {
    std::string remarks(record);
    remarks.resize(500'000, '#');
    remarks += "\n";
    EXPECT_EQ(decode(remarks).exit, 0);
}

} // namespace
} // namespace bgs2::test
