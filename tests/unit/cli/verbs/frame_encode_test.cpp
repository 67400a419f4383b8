// SPDX-License-Identifier: Apache-2.0
#include "daemon/sbnw/frame.h"
#include "tests/support/identity.h"
#include "tests/support/process.h"
#include "tests/support/program.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <sys/stat.h>

namespace bgs2::test {
namespace {

using Words = std::vector<std::string>;

class FrameEncode : public testing::Test {
  protected:
    static Outcome encode(Words words) {
        words.insert(words.begin(), {"frame", "encode"});
        return run(words);
    }

    static sbnw::SecureCommand command_in(const Outcome& made) {
        return sbnw::command_of(sbnw::decode(as_bytes(made.output)).value());
    }

    Folder folder_;
    Identity identity_ = Identity::make({});
    std::string certificate_ = folder_.write("certificate.pem", identity_.certificate_pem());
    std::string key_ = folder_.write("key.pem", identity_.pkcs8_pem());
};

TEST_F(FrameEncode, WritesTheCertificateAsDer) {
    const Outcome result = encode({"--slot", "1", "--cert", certificate_});
    EXPECT_EQ(result.exit, 0) << result.errors;
    const auto command = command_in(result);
    EXPECT_EQ(command.slot, 1);
    EXPECT_EQ(command.certificate, identity_.certificate_der());
    EXPECT_TRUE(command.private_key.empty());
}

TEST_F(FrameEncode, WritesTheKeyInTheRequestedFormat) {
    const auto pkcs8 = command_in(encode({"--slot", "0", "--cert", certificate_, "--key", key_}));
    EXPECT_EQ(pkcs8.private_key, pki::Secret::copy_of(identity_.pkcs8_der()));
    const auto traditional = command_in(
        encode({"--slot", "0", "--cert", certificate_, "--key", key_, "--key-format", "traditional"}));
    EXPECT_EQ(traditional.private_key, pki::Secret::copy_of(identity_.traditional_der()));
}

TEST_F(FrameEncode, ReadsTheSlotAsADecimalNumber) {
    EXPECT_EQ(command_in(encode({"--slot", "010", "--delete"})).slot, 10);
}

TEST_F(FrameEncode, ReadsStandardInputAndPipes) {
    const auto expected = command_in(encode({"--slot", "0", "--cert", certificate_, "--key", key_}));
    const Outcome input = run({"frame", "encode", "--slot", "0", "--cert", certificate_, "--key", "-"},
                              {.input = identity_.pkcs8_pem()});
    EXPECT_EQ(input.exit, 0) << input.errors;
    EXPECT_EQ(command_in(input).private_key, expected.private_key);
    const std::string piped = folder_.path("piped.bin");
    Process shell({"bash", "-c", R"("$0" frame encode --slot 0 --cert <(cat "$1") --key "$2" >"$3")", BGS2CTL,
                   certificate_, key_, piped},
                  {});
    EXPECT_EQ(shell.wait(std::chrono::seconds(20)), 0);
    EXPECT_EQ(read_text(piped), encode({"--slot", "0", "--cert", certificate_, "--key", key_}).output);
}

TEST_F(FrameEncode, ReadsCertificateAndKeyFromPkcs12) {
    const std::string container = folder_.write("both.p12", identity_.pkcs12({.passphrase = "secret"}));
    const std::string passphrase = folder_.write("passphrase", "secret\n");
    const Outcome result = encode({"--slot", "0", "--cert", container, "--passphrase-file", passphrase});
    EXPECT_EQ(result.exit, 0) << result.errors;
    EXPECT_FALSE(command_in(result).private_key.empty());
    const Outcome wrong = encode({"--slot", "0", "--cert", container, "--passphrase-file", certificate_});
    EXPECT_EQ(wrong.exit, 1);
    EXPECT_EQ(wrong.output, "");
    EXPECT_EQ(wrong.errors.find("secret"), std::string::npos);
}

TEST_F(FrameEncode, ReadsOnlyTheThumbprintOfACertificateToDelete) {
    const Outcome result =
        encode({"--slot", "3", "--delete", "--cert", certificate_, "--include-thumbprint"});
    const auto command = command_in(result);
    EXPECT_EQ(command.command, sbnw::Command::delete_certificate);
    EXPECT_EQ(command.thumbprint, identity_.certificate().fingerprint());
    EXPECT_TRUE(command.certificate.empty());
}

TEST_F(FrameEncode, RefusesAKeyThatDoesNotMatchTheCertificateUnlessForced) {
    const std::string other = folder_.write("other.pem", Identity::make({}).pkcs8_pem());
    const Outcome refused = encode({"--slot", "0", "--cert", certificate_, "--key", other});
    EXPECT_EQ(refused.exit, 1);
    EXPECT_EQ(refused.output, "");
    EXPECT_NE(refused.errors.find("bgs2ctl: the private key does not match"), std::string::npos)
        << refused.errors;
    EXPECT_NE(refused.errors.find("--force"), std::string::npos);
    const Outcome forced = encode({"--slot", "0", "--cert", certificate_, "--key", other, "--force"});
    EXPECT_EQ(forced.exit, 0);
    EXPECT_NE(forced.errors.find("bgs2ctl: warning: the private key does not match"), std::string::npos);
    EXPECT_TRUE(sbnw::decode(as_bytes(forced.output)));
}

TEST_F(FrameEncode, RefusesAKeyInAServerSlot) {
    EXPECT_EQ(encode({"--slot", "1", "--cert", certificate_, "--key", key_}).exit, 2);
}

TEST_F(FrameEncode, RefusesAnExpiredCertificate) {
    const Identity old =
        Identity::make({.not_after = std::chrono::sys_days{std::chrono::year{2021} / 1 / 1}});
    const Outcome refused =
        encode({"--slot", "1", "--cert", folder_.write("old.pem", old.certificate_pem()), "--json"});
    EXPECT_EQ(refused.exit, 1);
    // Warnings precede it, each an object on a line.
    EXPECT_NE(refused.errors.find(R"({"error":"Expired",)"), std::string::npos) << refused.errors;
}

TEST_F(FrameEncode, WarnsAboutSlotZeroWithoutAKey) {
    const Outcome result = encode({"--slot", "0", "--cert", certificate_});
    EXPECT_EQ(result.exit, 0);
    EXPECT_NE(result.errors.find("bgs2ctl: warning: slot 0"), std::string::npos) << result.errors;
}

TEST_F(FrameEncode, WritesAFileThatOnlyItsOwnerCanRead) {
    const std::string file = folder_.write("frame.bin", "what was there before");
    std::filesystem::permissions(file, std::filesystem::perms::all);
    const Outcome result = encode({"--slot", "1", "--cert", certificate_, "-o", file});
    EXPECT_EQ(result.exit, 0) << result.errors;
    EXPECT_EQ(result.output, "");
    struct stat status{};
    ASSERT_EQ(stat(file.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777U, 0600U);
    EXPECT_TRUE(sbnw::decode(as_bytes(read_text(file))));
}

TEST_F(FrameEncode, RefusesAnOutputFileThatIsAlsoRead) {
    const std::string before = read_text(certificate_);
    const std::string link = folder_.path("link");
    std::filesystem::create_symlink(certificate_, link);
    for (const std::string& output : {certificate_, link}) {
        const Outcome result = encode({"--slot", "1", "--cert", certificate_, "-o", output});
        EXPECT_EQ(result.exit, 2);
        EXPECT_TRUE(result.errors.starts_with("bgs2ctl: --output is " + certificate_)) << result.errors;
    }
    EXPECT_EQ(read_text(certificate_), before);
}

TEST_F(FrameEncode, FailsIfTheOutputFileCannotBeWritten) {
    EXPECT_EQ(encode({"--slot", "1", "--delete", "-o", folder_.path("no/such/folder")}).exit, 3);
    EXPECT_EQ(encode({"--slot", "1", "--delete", "-o", "/dev/null"}).exit, 1);
    EXPECT_EQ(encode({"--slot", "1", "--delete", "-o", folder_.path("")}).exit, 1);
}

TEST_F(FrameEncode, DescribesTheFrameAsJsonWithoutTheKey) {
    const Outcome result = encode({"--slot", "0", "--cert", certificate_, "--key", key_, "--json"});
    const auto json = nlohmann::json::parse(result.output);
    EXPECT_EQ(json["parameters"][2]["name"], "private key");
    EXPECT_FALSE(json["parameters"][2].contains("data"));
}

TEST_F(FrameEncode, RejectsAFileWithoutTheRequiredCertificateOrKey) {
    const std::string text = folder_.write("text", "no certificate");
    const Outcome certificate = encode({"--slot", "1", "--cert", text});
    EXPECT_EQ(certificate.exit, 1);
    EXPECT_NE(certificate.errors.find(text), std::string::npos) << certificate.errors;
    EXPECT_EQ(encode({"--slot", "0", "--cert", certificate_, "--key", text}).exit, 1);
    EXPECT_EQ(encode({"--slot", "3", "--delete", "--sign-key", text}).exit, 1);
    EXPECT_EQ(encode({"--slot", "3", "--delete", "--sign-key", key_}).exit, 1); // not RSA
}

} // namespace
} // namespace bgs2::test
