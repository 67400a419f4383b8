// SPDX-License-Identifier: Apache-2.0
// The checks of 'frame send' before it sends anything.
#include "tests/support/identity.h"
#include "tests/support/program.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace bgs2::test {
namespace {

std::string frame_file(const Folder& folder) {
    const std::string certificate =
        folder.write("ca.pem", Identity::make({.common_name = "Test CA", .ca = true}).certificate_pem());
    EXPECT_EQ(run({"frame", "encode", "--slot", "1", "--cert", certificate, "--force", "-o",
                   folder.path("write.bin")})
                  .exit,
              0);
    return folder.path("write.bin");
}

TEST(FrameSend, ShowsTheEffectInADryRunWithoutBgs2d) {
    const Folder folder;
    const std::string file = frame_file(folder);
    const Outcome text = run({"frame", "send", "any", file, "--dry-run"});
    EXPECT_EQ(text.exit, 0) << text.errors;
    EXPECT_TRUE(text.output.starts_with(
        "writes slot 1 of is_cert: CN=Test CA,O=Example, expires 2049-12-31; not signed; "))
        << text.output;
    const Outcome json =
        run({"frame", "send", "any", "-", "--dry-run", "--json"}, {.input = read_text(file)});
    EXPECT_EQ(json.exit, 0);
    const auto object = nlohmann::json::parse(json.output);
    EXPECT_TRUE(object["effect"].get<std::string>().starts_with("writes slot 1"));
    EXPECT_EQ(object["frame"]["length"], read_text(file).size());
}

TEST(FrameSend, RejectsAnInvalidFrameAndNamesTheFault) {
    const Folder folder;
    std::string bytes = read_text(frame_file(folder));
    std::swap(bytes[0], bytes[1]);
    const Outcome bad = run({"frame", "send", "any", folder.write("bad.bin", bytes)});
    EXPECT_EQ(bad.exit, 1);
    EXPECT_EQ(bad.output, "");
    EXPECT_TRUE(bad.errors.starts_with("bgs2ctl: ")) << bad.errors;
    EXPECT_EQ(bad.errors, run({"frame", "decode", folder.path("bad.bin")}).errors);
    EXPECT_EQ(run({"frame", "send", "any", folder.path("none")}).exit, 3);
}

} // namespace
} // namespace bgs2::test
