// SPDX-License-Identifier: Apache-2.0
#include "daemon/sbnw/frame.h"
#include "daemon/sbnw/signature.h"
#include "tests/support/identity.h"
#include "tests/support/program.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <unistd.h>

namespace bgs2::test {
namespace {

using nlohmann::json;

const std::string& delete_slot3() {
    static const std::string bytes("\x0c\0\x03\0\x01\0\x06\0\x01\0\x03\0", 12);
    return bytes;
}

constexpr auto delete_slot3_dump =
    R"(0000  0c 00                    total length  12 bytes, these two included
0002  03 00                    command       3: delete certificate
0004  01 00                    parameters    1 parameter follows

0006  06 00                    length        6 = 4 + 2 bytes of data
0008  01 00                    id            1: slot
000a  03 00                    data          slot 3
)";

TEST(FrameDecode, ReadsAFileOrStandardInput) {
    const Folder folder;
    const Outcome file = run({"frame", "decode", folder.write("delete.bin", delete_slot3())});
    EXPECT_EQ(file.exit, 0);
    EXPECT_EQ(file.output, delete_slot3_dump);
    EXPECT_EQ(file.errors, "");
    EXPECT_EQ(run({"frame", "decode", "-"}, {.input = delete_slot3()}).output, delete_slot3_dump);
}

TEST(FrameDecode, PrintsOneObjectAsJson) {
    const Outcome result = run({"--json", "frame", "decode", "-"}, {.input = delete_slot3()});
    EXPECT_EQ(result.exit, 0);
    EXPECT_EQ(json::parse(result.output)["parameters"][0]["slot"], 3);
}

TEST(FrameDecode, ExitsWithOneForAnInvalidFrame) {
    const Outcome cut_off = run({"frame", "decode", "-"}, {.input = delete_slot3().substr(0, 11)});
    EXPECT_EQ(cut_off.exit, 1);
    EXPECT_EQ(cut_off.output, "");
    EXPECT_EQ(cut_off.errors, "bgs2ctl: offset 0: the total length is 12, but the frame has 11 bytes\n"
                              "  hint: capture or copy the whole frame: a part is missing\n");
    EXPECT_EQ(run({"frame", "decode", "-"}, {.input = delete_slot3() + "\r\n"}).exit, 1);
    EXPECT_EQ(run({"frame", "decode", "-"}).exit, 1);
}

TEST(FrameDecode, NamesTheFaultOfABigEndianFrame) {
    const std::string big_endian("\0\x0c\0\x03\0\x01\0\x06\0\x01\0\x03", 12);
    const Outcome result = run({"frame", "decode", "-"}, {.input = big_endian});
    EXPECT_EQ(result.exit, 1);
    EXPECT_NE(result.errors.find("its integers are big-endian"), std::string::npos) << result.errors;
}

TEST(FrameDecode, ReportsAMissingFileAndAFileThatCannotBeRead) {
    const Folder folder;
    const Outcome missing = run({"frame", "decode", folder.path("nothing")});
    EXPECT_EQ(missing.exit, 3);
    EXPECT_NE(missing.errors.find(folder.path("nothing")), std::string::npos);
    if (getuid() != 0)
        GTEST_SKIP() << "requires root to run a program as another user";
    const std::string secret = folder.write("secret", delete_slot3());
    std::filesystem::permissions(secret, std::filesystem::perms::owner_read);
    const Outcome denied = run({"frame", "decode", secret}, {.as_nobody = true});
    EXPECT_EQ(denied.exit, 4);
    EXPECT_NE(denied.errors.find("\n  hint: run bgs2ctl as root"), std::string::npos) << denied.errors;
}

TEST(FrameDecode, RefusesInputLargerThanAFrame) {
    EXPECT_EQ(run({"frame", "decode", "-"}, {.input = std::string(200'000, 'x')}).exit, 1);
}

class SignedFrame : public testing::Test {
  protected:
    SignedFrame() {
        sbnw::SecureCommand command;
        command.command = sbnw::Command::delete_certificate;
        command.slot = 3;
        sbnw::sign(command, pki::KeySigner(signer_.key()), sbnw::Digest::sha1).value();
        frame_ = as_text(sbnw::encode(command).value().bytes());
    }

    static Outcome verify(const std::string& frame, const std::string& key,
                          const std::vector<std::string>& more = {}) {
        std::vector<std::string> arguments{"frame", "decode", "-", "--verify-key", key};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return run(arguments, {.input = frame});
    }

    Folder folder_;
    Identity signer_ = Identity::make({.algorithm = Algorithm::rsa2048});
    std::string frame_;
};

TEST_F(SignedFrame, IsValidWithTheKeyOfTheSignerInAnyFormat) {
    for (const auto& key : {folder_.write("certificate.pem", signer_.certificate_pem()),
                            folder_.write("public.der", signer_.public_der()),
                            folder_.write("private.pem", signer_.pkcs8_pem())}) {
        const Outcome good = verify(frame_, key);
        EXPECT_EQ(good.exit, 0) << good.errors;
        EXPECT_TRUE(good.output.ends_with("\nsignature good: sha1, by the key in " + key + "\n"))
            << good.output;
    }
}

TEST_F(SignedFrame, IsInvalidWithAnotherKeyOrAfterAChange) {
    const Outcome other = verify(
        frame_, folder_.write("other.pem", Identity::make({.algorithm = Algorithm::rsa2048}).public_pem()));
    EXPECT_EQ(other.exit, 1);
    EXPECT_TRUE(other.errors.starts_with("bgs2ctl: the signature is by another key")) << other.errors;
    std::string changed = frame_;
    changed[10] = 4;
    EXPECT_EQ(verify(changed, folder_.write("own.pem", signer_.public_pem())).exit, 1);
    const Outcome as_json = verify(changed, folder_.path("own.pem"), {"--json"});
    EXPECT_EQ(as_json.exit, 1);
    EXPECT_EQ(json::parse(as_json.output)["signature"]["good"], false);
}

TEST_F(SignedFrame, IsRequiredForAVerification) {
    EXPECT_EQ(verify(delete_slot3(), folder_.write("own.pem", signer_.public_pem())).exit, 1);
}

} // namespace
} // namespace bgs2::test
