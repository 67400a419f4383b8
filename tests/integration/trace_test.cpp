// SPDX-License-Identifier: Apache-2.0
// Traces of bgs2d --trace: readable dialogues without keys.
#include "tests/integration/certificates.h"
#include "tests/integration/secret_scan.h"
#include "tests/support/process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>
#include <sys/stat.h>
#include <vector>

namespace bgs2::test {
namespace {

using namespace std::chrono_literals;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::StartsWith;
namespace fs = std::filesystem;

std::string trace_contents(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator(stream), {}};
}

class Trace : public testing::Test {
  protected:
    void SetUp() override {
        fs::create_directory(traces_);
        secret_scan_.add_key("the client", client().key());
        gateway_.write_policy("10-client", client_policy(gateway_));
    }

    std::vector<fs::path> files() const {
        std::vector<fs::path> files;
        for (const auto& entry : fs::directory_iterator(traces_))
            files.push_back(entry.path());
        return files;
    }

    std::string all() const {
        std::string text;
        for (const auto& file : files())
            text += trace_contents(file);
        return text;
    }

    /// Runs bgs2ctl and returns the exit code; output() is its output.
    int decode(const fs::path& file, const std::vector<std::string>& more = {}) {
        fs::remove(gateway_.path("output"));
        std::vector<std::string> command{BGS2CTL, "frame", "decode", file};
        command.insert(command.end(), more.begin(), more.end());
        Process bgs2ctl(command, {.environment = {}, .output = gateway_.path("output")});
        return bgs2ctl.wait(10s).value_or(-1000);
    }
    std::string output() const { return trace_contents(gateway_.path("output")); }

    Gateway gateway_;
    std::string traces_ = gateway_.path("traces");
    SecretScan secret_scan_;
};

TEST_F(Trace, RecordsASessionInOrderWithoutKeys) {
    gateway_.start({"--trace", traces_});
    gateway_.plug("modem");
    ASSERT_TRUE(gateway_.becomes("compliant")) << gateway_.log();
    gateway_.stop();

    ASSERT_EQ(files().size(), 1U);
    const fs::path file = files().front();
    EXPECT_THAT(file.filename().string(), testing::MatchesRegex("[0-9]{8}T[0-9]{6}Z-modem-1\\.trace"));
    struct stat status{};
    ASSERT_EQ(::stat(file.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);

    const std::string trace = trace_contents(file);
    EXPECT_THAT(trace, StartsWith("# bgs2d trace 2\n# port " + gateway_.path("modem") + "\n# begun 2"));
    EXPECT_TRUE(trace.ends_with("\n# end\n"));
    std::size_t at = 0;
    for (const std::string& next :
         {std::string(R"( > "AT\r")"), std::string(R"( > "AT+CGSN\r")"), std::string(default_imei),
          std::string(R"( > "AT^SBNR=\"is_cert\"\r")"), std::string(R"( > "AT^SBNW=is_cert,1\r")"),
          std::string("SECURE CMD READY"), std::string(" > bytes 0+"), std::string("SECURE CMD END OK"),
          std::string(R"( > "AT^SBNR=\"is_cert\"\r")"), std::string("thumbprint: ")}) {
        at = trace.find(next, at);
        ASSERT_NE(at, std::string::npos) << next << " is not in order in " << trace;
    }
    EXPECT_THAT(trace, HasSubstr("........"));
    EXPECT_EQ(secret_scan_.find_in(trace), std::nullopt);

    EXPECT_EQ(decode(file), 0) << output();
    EXPECT_THAT(output(), ContainsRegex(" s: [0-9]+ bytes for is_cert: SECURE CMD END OK\n\n0000  "));
    EXPECT_THAT(output(), HasSubstr("subject CN=Test Client"));
    EXPECT_THAT(output(), ContainsRegex("bytes, not in the trace"));
    EXPECT_THAT(output(), HasSubstr("subject CN=Test CA"));
}

TEST_F(Trace, OmitsTheKeyIfTheLineHangsUpDuringAFrame) {
    gateway_.start({"--trace", traces_});
    gateway_.plug("modem", {"--fault", "hang-up-in-frame:1200"});
    ASSERT_TRUE(gateway_.eventually([&] { return all().contains(" > bytes 512+512 of "); }))
        << gateway_.log() << all();
    gateway_.unplug("modem");
    ASSERT_TRUE(gateway_.eventually([&] { return all().contains("# end\n"); }));
    EXPECT_EQ(secret_scan_.find_in(all()), std::nullopt);
    EXPECT_THAT(all(), HasSubstr("...."));
}

TEST_F(Trace, CannotVerifyASignatureOverOmittedBytes) {
    const std::string key = gateway_.write("management.key", management().pkcs8_pem());
    gateway_.write_policy("10-client",
                          "[provision]\nsign = { key = \"" + key + "\" }\n" + client_policy(gateway_));
    gateway_.start({"--trace", traces_});
    gateway_.plug("modem", {"--secure", gateway_.write("module.pem", management().public_pem())});
    ASSERT_TRUE(gateway_.becomes("compliant")) << gateway_.log();
    gateway_.stop();
    secret_scan_.add_key("the management key", management().key());
    EXPECT_EQ(secret_scan_.find_in(all()), std::nullopt);
    const std::string certificate = gateway_.write("management.pem", management().certificate_pem());
    EXPECT_EQ(decode(files().front(), {"--verify-key", certificate}), 1);
    EXPECT_THAT(output(),
                HasSubstr("cannot check the signature: it covers bytes that the trace does not have"));
    EXPECT_THAT(output(), HasSubstr("signature good: ")) << "that of the CA's certificate, without a key";
}

TEST_F(Trace, DoesNotAffectProvisioningIfItCannotBeWritten) {
    gateway_.start({"--trace", traces_});
    fs::remove(traces_);
    gateway_.plug("modem");
    ASSERT_TRUE(gateway_.becomes("compliant")) << gateway_.log();
    gateway_.unplug("modem");
    ASSERT_TRUE(gateway_.eventually([&] { return gateway_.port_state("modem") != "modem"; }));
    gateway_.plug("modem");
    ASSERT_TRUE(gateway_.becomes("compliant")) << gateway_.log();
    const std::string log = gateway_.log();
    const std::string diagnostic = "not all conversations are recorded";
    const std::size_t first = log.find(diagnostic);
    ASSERT_NE(first, std::string::npos) << log;
    EXPECT_EQ(log.find(diagnostic, first + 1), std::string::npos) << "reported twice";
}

TEST_F(Trace, RequiresADirectory) {
    EXPECT_ANY_THROW(gateway_.start({"--trace", gateway_.path("nowhere")}));
}

/// bgs2d as a client of bgs2ctl capture.
TEST(CaptureOfBgs2d, RecordsTheFrameOfAPolicy) {
    Gateway gateway;
    gateway.write_policy("10-ca", ca_policy(gateway));
    gateway.start();
    Process capture({BGS2CTL, "capture", "--pty", gateway.path("modem"), "-o", gateway.path("frame.bin"),
                     "--imei", default_imei},
                    {.environment = {}, .output = gateway.path("captured")});
    EXPECT_TRUE(gateway.eventually([&] { return capture.wait(0ms).has_value(); })) << gateway.log();
    EXPECT_EQ(capture.wait(0ms), 0) << trace_contents(gateway.path("captured"));
    EXPECT_THAT(trace_contents(gateway.path("frame.bin")),
                HasSubstr(std::string(as_text(certificate_authority().certificate_der()))));
}

} // namespace
} // namespace bgs2::test
