// SPDX-License-Identifier: Apache-2.0
// Changes of slots on request over the bus: installing certificates, erasing slots, sending prepared frames.
#include "daemon/sbnw/frame.h"
#include "daemon/sbnw/signature.h"
#include "dbus/sdbus/sdbus.h"
#include "tests/integration/certificates.h"
#include "tests/integration/secret_scan.h"
#include "tests/support/bytes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <fcntl.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/mman.h>
#include <unistd.h>
#include <utility>

namespace bgs2::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

/// A memfd with this content and its offset at the end.
sdbus::UnixFd memory(std::string_view bytes) {
    const int descriptor = ::memfd_create("handed over", MFD_CLOEXEC);
    if (::write(descriptor, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()))
        throw std::runtime_error("no memfd");
    return {descriptor, sdbus::adopt_fd};
}

/// Both ends of a pipe, the first for reading.
std::pair<sdbus::UnixFd, sdbus::UnixFd> make_pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
        throw std::runtime_error("no pipe");
    return {sdbus::UnixFd(ends[0], sdbus::adopt_fd), sdbus::UnixFd(ends[1], sdbus::adopt_fd)};
}

/// A pipe with this content and a closed writing end.
sdbus::UnixFd full_pipe(std::string_view bytes) {
    auto [reading, writing] = make_pipe();
    if (::write(writing.get(), bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()))
        throw std::runtime_error("the pipe is too small");
    return std::move(reading);
}

std::string_view text_of(const Bytes& bytes) {
    return as_text(bytes);
}

class SlotRequest : public testing::Test {
  protected:
    void SetUp() override {
        gateway_.start();
        gateway_.plug("modem", arguments_);
        ASSERT_TRUE(gateway_.becomes("unmanaged")) << gateway_.log();
    }

    /// Plugs in another modem once the first is gone: until then, its state would pass for that of the other.
    void replace_modem(const std::vector<std::string>& arguments) {
        gateway_.unplug("modem");
        ASSERT_TRUE(gateway_.becomes("")) << gateway_.log();
        gateway_.plug("modem", arguments);
        ASSERT_TRUE(gateway_.becomes("unmanaged")) << gateway_.log();
    }

    template<class... Arguments>
    sdbus::ObjectPath call(const char* method, const Arguments&... arguments) {
        sdbus::ObjectPath job;
        gateway_.modem()
            ->callMethod(method)
            .onInterface("io.bgs2d1.Modem")
            .withTimeout(std::chrono::seconds(30))
            .withArguments(arguments...)
            .storeResultsTo(job);
        return job;
    }

    /// "KeyMismatch: ...", or "" if the call starts a job.
    template<class... Arguments>
    std::string refusal(const char* method, const Arguments&... arguments) {
        try {
            call(method, arguments...);
        } catch (const sdbus::Error& e) {
            return e.getName().substr(std::string_view("io.bgs2d1.Error.").size()) + ": " + e.getMessage();
        }
        return {};
    }

    sdbus::ObjectPath install_client() {
        return call("InstallCertificate", std::uint32_t{0}, memory(client().certificate_pem()),
                    Gateway::Dictionary{{"private-key", memory(client().pkcs8_pem())}});
    }

    sdbus::ObjectPath install_ca(std::uint32_t slot) {
        return call("InstallCertificate", slot, memory(certificate_authority().certificate_pem()),
                    Gateway::Dictionary{});
    }

    bool ended(const sdbus::ObjectPath& job) {
        return gateway_.eventually([&] { return gateway_.end_of(job).has_value(); });
    }

    template<class T>
    T property(const sdbus::ObjectPath& job, const char* name) {
        return bus::make_proxy(*connection_, "io.bgs2d1", job)
            ->getProperty(name)
            .onInterface("io.bgs2d1.Job")
            .get<T>();
    }

    std::vector<std::string> arguments_;
    Gateway gateway_;
    std::unique_ptr<sdbus::IConnection> connection_ =
        sdbus::createSessionBusConnectionWithAddress(gateway_.bus_address());
};

const Identity& foreign_identity() {
    static const Identity identity =
        Identity::make({.common_name = "Stranger", .algorithm = Algorithm::rsa2048});
    return identity;
}

TEST_F(SlotRequest, WritesACertificateWithItsKeyAndReadsItBack) {
    const auto job = install_client();
    ASSERT_TRUE(ended(job));
    EXPECT_EQ(gateway_.end_of(job), "") << gateway_.log();
    EXPECT_EQ(gateway_.thumbprint(0), client().certificate().fingerprint());
    EXPECT_THAT(gateway_.modem_log("modem"), HasSubstr("key=yes"));
    EXPECT_EQ(property<std::string>(job, "Operation"), "install");
    EXPECT_EQ(property<std::string>(job, "Description"),
              "install CN=Test Client,O=Example with its private key into slot 0");
    EXPECT_EQ(property<std::string>(job, "Error"), "");
    EXPECT_GE(property<std::uint64_t>(job, "EndTime"), property<std::uint64_t>(job, "StartTime"));
    EXPECT_EQ(gateway_.property("State"), "unmanaged");
}

TEST_F(SlotRequest, AcceptsCertificateKeyAndPassphraseFromPipes) {
    const auto job = call("InstallCertificate", std::uint32_t{0}, full_pipe(client().certificate_pem()),
                          Gateway::Dictionary{{"private-key", full_pipe(client().encrypted_pem("secret"))},
                                              {"passphrase", full_pipe("secret\n")}});
    ASSERT_TRUE(ended(job));
    EXPECT_EQ(gateway_.end_of(job), "") << gateway_.log();
    EXPECT_EQ(gateway_.thumbprint(0), client().certificate().fingerprint());
}

TEST_F(SlotRequest, TakesThePrivateKeyFromAPkcs12File) {
    const auto container = client().pkcs12({.passphrase = "abc"});
    const auto job = call("InstallCertificate", std::uint32_t{0}, memory(text_of(container)),
                          Gateway::Dictionary{{"passphrase", memory("abc")}});
    ASSERT_TRUE(ended(job));
    EXPECT_EQ(gateway_.end_of(job), "") << gateway_.log();
    EXPECT_THAT(gateway_.modem_log("modem"), HasSubstr("key=yes"));
}

TEST_F(SlotRequest, WithInvalidInputFailsWithASpecificErrorAndWritesNothing) {
    const Gateway::Dictionary none;
    const std::string good = client().certificate_pem();
    const auto install = [&](std::uint32_t slot, const sdbus::UnixFd& certificate,
                             const Gateway::Dictionary& options) {
        return refusal("InstallCertificate", slot, certificate, options);
    };
    EXPECT_THAT(install(0, memory("nothing"), none), StartsWith("InvalidCertificate: "));
    EXPECT_THAT(install(0, memory(""), none), StartsWith("InvalidCertificate: "));
    EXPECT_THAT(install(0, memory(good), {{"private-key", memory(foreign_identity().pkcs8_pem())}}),
                StartsWith("KeyMismatch: "));
    EXPECT_THAT(install(31, memory(good), none), AllOf(StartsWith("InvalidArgument: "), HasSubstr("31")));
    EXPECT_THAT(install(0, memory(good), {{"key", memory(good)}}),
                AllOf(StartsWith("InvalidArgument: "), HasSubstr("'key'"), HasSubstr("'private-key'")));
    EXPECT_THAT(install(0, memory(good), {{"private-key", std::string("/etc/client.key")}}),
                AllOf(StartsWith("InvalidArgument: "), HasSubstr("type h")))
        << "never a path";
    EXPECT_THAT(install(0, memory(good), {{"store", std::string("attic")}}),
                AllOf(StartsWith("InvalidArgument: "), HasSubstr("management_cert")));
    EXPECT_THAT(install(0, memory(good), {{"format", std::string("jks")}}),
                AllOf(StartsWith("InvalidArgument: "), HasSubstr("pem-chain")));
    EXPECT_THAT(install(0, memory(std::string(65'537, 'x')), none), StartsWith("TooMuchData: "));
    EXPECT_THAT(install(0, full_pipe(std::string(65'000, 'x')), none), StartsWith("InvalidCertificate: "));
    const sdbus::UnixFd folder(::open("/", O_RDONLY | O_CLOEXEC), sdbus::adopt_fd);
    EXPECT_THAT(install(0, folder, none), AllOf(StartsWith("Failed: "), HasSubstr("directory")));
    EXPECT_THAT(refusal("EraseCertificate", std::uint32_t{99}, none), StartsWith("InvalidArgument: "));
    EXPECT_THAT(refusal("SendFrame", memory("AT+CGSN"), none), StartsWith("InvalidArgument: "));
    EXPECT_EQ(gateway_.frames("modem"), 0U);
    EXPECT_EQ(gateway_.property("State"), "unmanaged");
}

TEST_F(SlotRequest, TimesOutOnAnOpenPipeWithoutBlockingOtherRequests) {
    auto [reading, writing] = make_pipe();
    bool answered = false;
    std::string error;
    const auto modem = gateway_.modem();
    modem->callMethodAsync("InstallCertificate")
        .onInterface("io.bgs2d1.Modem")
        .withTimeout(std::chrono::seconds(60))
        .withArguments(std::uint32_t{1}, reading, Gateway::Dictionary{})
        .uponReplyInvoke([&](bus::ReplyError failure, const sdbus::ObjectPath&) {
            answered = true;
            error = failure ? failure->getMessage() : "";
        });
    const auto job = install_ca(2);
    ASSERT_TRUE(ended(job)) << "while the other is waited for";
    EXPECT_FALSE(answered);
    ASSERT_TRUE(gateway_.eventually([&] { return answered; }));
    EXPECT_THAT(error, HasSubstr("the other end of the pipe was not closed"));
}

TEST_F(SlotRequest, ErasesASlot) {
    ASSERT_TRUE(ended(install_ca(3)));
    ASSERT_NE(gateway_.thumbprint(3), "");
    const auto job = call("EraseCertificate", std::uint32_t{3}, Gateway::Dictionary{});
    ASSERT_TRUE(ended(job));
    EXPECT_EQ(gateway_.end_of(job), "") << gateway_.log();
    EXPECT_EQ(gateway_.thumbprint(3), "");
    EXPECT_EQ(property<std::string>(job, "Description"), "erase slot 3");
}

TEST_F(SlotRequest, SendsAPrebuiltFrameUnchangedUnlessItIsForAnotherModem) {
    sbnw::SecureCommand command;
    command.slot = 4;
    command.certificate = certificate_authority().certificate_der();
    command.thumbprint =
        certificate_authority().certificate().fingerprint(); // not the thumbprint of this certificate
    const pki::Secret frame = *sbnw::encode(command);
    const auto job = call("SendFrame", memory(as_text(frame.bytes())), Gateway::Dictionary{});
    ASSERT_TRUE(ended(job));
    EXPECT_EQ(gateway_.end_of(job), "") << gateway_.log();
    EXPECT_EQ(as_text(read_whole(gateway_.path("modem.frames/001.bin"))), as_text(frame.bytes()));
    EXPECT_EQ(gateway_.thumbprint(4), certificate_authority().certificate().fingerprint());

    command.imei = "111111111111111";
    const pki::Secret other = *sbnw::encode(command);
    EXPECT_THAT(refusal("SendFrame", memory(as_text(other.bytes())), Gateway::Dictionary{}),
                AllOf(StartsWith("InvalidArgument: "), HasSubstr("111111111111111")));
    EXPECT_EQ(gateway_.frames("modem"), 1U);
}

TEST_F(SlotRequest, IsRejectedOnlyIfThePolicyWouldRevertIt) {
    gateway_.write_policy("10-ca", ca_policy(gateway_));
    gateway_.reload();
    ASSERT_TRUE(gateway_.becomes("compliant")) << gateway_.log();
    EXPECT_THAT(refusal("EraseCertificate", std::uint32_t{1}, Gateway::Dictionary{}),
                AllOf(StartsWith("NotSupported: "), HasSubstr("'10-ca'"), HasSubstr("manual")));
    ASSERT_TRUE(ended(install_ca(2)));
    EXPECT_EQ(gateway_.thumbprint(2), certificate_authority().certificate().fingerprint());
    EXPECT_EQ(gateway_.property("State"), "compliant");

    gateway_.write_policy("10-ca", "[provision]\nmode = \"manual\"\n" + ca_policy(gateway_));
    gateway_.reload();
    const auto job = call("EraseCertificate", std::uint32_t{1}, Gateway::Dictionary{});
    ASSERT_TRUE(ended(job));
    EXPECT_EQ(gateway_.end_of(job), "") << gateway_.log();
    EXPECT_TRUE(gateway_.becomes("drifted")) << gateway_.log();
}

TEST_F(SlotRequest, ReportsARejectionByTheModemInTheEndedJob) {
    replace_modem({"--fault", "certificate-corrupted"});
    const auto job = install_ca(2);
    ASSERT_TRUE(ended(job));
    EXPECT_EQ(property<std::string>(job, "Error"), "ModemRejected");
    EXPECT_THAT(property<std::string>(job, "Message"), HasSubstr("CORRUPTED"));
    EXPECT_EQ(property<std::string>(job, "Step"), "failed: ModemRejected");
    EXPECT_EQ(gateway_.property("State"), "unmanaged") << "it is nothing to try again";
}

TEST_F(SlotRequest, ContinuesWhenTheCallerDisconnects) {
    replace_modem({"--baud", "9600"});
    auto caller = sdbus::createSessionBusConnectionWithAddress(gateway_.bus_address());
    auto proxy = bus::make_proxy(*caller, "io.bgs2d1", "/io/bgs2d1/modem/" + std::string(default_imei));
    sdbus::ObjectPath job;
    proxy->callMethod("InstallCertificate")
        .onInterface("io.bgs2d1.Modem")
        .withArguments(std::uint32_t{1}, memory(certificate_authority().certificate_pem()),
                       Gateway::Dictionary{})
        .storeResultsTo(job);
    proxy.reset();
    caller.reset();
    ASSERT_TRUE(ended(job));
    EXPECT_EQ(gateway_.end_of(job), "") << gateway_.log();
    EXPECT_EQ(gateway_.thumbprint(1), certificate_authority().certificate().fingerprint());
}

TEST_F(SlotRequest, LeavesTheEndedJobReadableForAMinute) {
    const auto job = install_ca(1);
    ASSERT_TRUE(ended(job));
    const auto end = std::chrono::steady_clock::now();
    const auto is_gone = [&] {
        try {
            return property<std::string>(job, "Step") != "done";
        } catch (const sdbus::Error&) {
            return true;
        }
    };
    ASSERT_TRUE(gateway_.eventually(is_gone, std::chrono::seconds(90)));
    EXPECT_GE(std::chrono::steady_clock::now() - end, std::chrono::seconds(59));
}

TEST_F(SlotRequest, SendsSecretsToTheModemOnly) {
    SecretScan secret_scan;
    secret_scan.add_key("the client", client().key());
    secret_scan.add_text("the passphrase", "Kein Hahn kräht");
    const auto job =
        call("InstallCertificate", std::uint32_t{0}, memory(client().certificate_pem()),
             Gateway::Dictionary{{"private-key", memory(client().encrypted_pem("Kein Hahn kräht"))},
                                 {"passphrase", memory("Kein Hahn kräht")}});
    ASSERT_TRUE(ended(job));
    ASSERT_EQ(gateway_.end_of(job), "") << gateway_.log();
    EXPECT_EQ(secret_scan.find_in(gateway_.log()), std::nullopt);
    EXPECT_EQ(secret_scan.find_in(property<std::string>(job, "Description")), std::nullopt);
    for (const auto& file : std::filesystem::recursive_directory_iterator(gateway_.path("state"))) {
        if (!file.is_regular_file())
            continue;
        EXPECT_EQ(secret_scan.find_in(as_text(read_whole(file.path()))), std::nullopt) << file.path();
    }
    EXPECT_NE(secret_scan.find_in(as_text(read_whole(gateway_.path("modem.frames/001.bin")))), std::nullopt);
}

/// A point at which a job is cancelled.
class JobCancellation : public SlotRequest, public testing::WithParamInterface<const char*> {};

TEST_P(JobCancellation, EndsTheJobAndLeavesTheModemInAKnownState) {
    replace_modem({"--baud", "9600"});
    const auto job = install_ca(1);
    ASSERT_TRUE(gateway_.eventually([&] { return property<std::string>(job, "Step") == GetParam(); }))
        << property<std::string>(job, "Step");
    bus::make_proxy(*connection_, "io.bgs2d1", job)->callMethod("Cancel").onInterface("io.bgs2d1.Job");
    ASSERT_TRUE(ended(job));
    EXPECT_THAT(*gateway_.end_of(job), StartsWith("Cancelled"));
    EXPECT_EQ(property<std::string>(job, "Error"), "Cancelled");
    EXPECT_EQ(gateway_.property("State"), "unmanaged");
    const bool written = gateway_.frames("modem") == 1;
    EXPECT_EQ(gateway_.thumbprint(1),
              written ? certificate_authority().certificate().fingerprint() : std::string())
        << "read back, whatever it is";
    const auto next = call("EraseCertificate", std::uint32_t{1}, Gateway::Dictionary{});
    ASSERT_TRUE(ended(next));
    EXPECT_EQ(gateway_.end_of(next), "") << "the modem is free again";
}

INSTANTIATE_TEST_SUITE_P(Steps, JobCancellation, testing::Values("reading", "writing slot 1", "reading back"),
                         [](const auto& instance) {
                             std::string name = instance.param;
                             std::erase_if(name, [](char c) { return c == ' '; });
                             return name;
                         });

class SecureModule : public testing::Test {};

TEST_F(SecureModule, AcceptsAnInstallSignedWithTheKeyOfThePolicy) {
    Gateway gateway;
    const std::string key = gateway.write("management.key", management().pkcs8_pem());
    gateway.write_policy("10-signed", "[provision]\nmode = \"manual\"\nsign = { key = \"" + key + "\" }\n" +
                                          ca_policy(gateway));
    gateway.start();
    const std::string held = foreign_identity().certificate_pem();
    gateway.plug("modem", {"--secure", gateway.write("module.pem", management().public_pem()), "--slots",
                           slots_file(gateway, {{.store = "is_cert", .slot = 5, .certificate = held}})});
    ASSERT_TRUE(gateway.becomes("drifted")) << gateway.log();
    sdbus::ObjectPath job;
    gateway.modem()
        ->callMethod("InstallCertificate")
        .onInterface("io.bgs2d1.Modem")
        .withArguments(std::uint32_t{5}, memory(certificate_authority().certificate_pem()),
                       Gateway::Dictionary{})
        .storeResultsTo(job);
    ASSERT_TRUE(gateway.eventually([&] { return gateway.end_of(job).has_value(); }));
    EXPECT_EQ(gateway.end_of(job), "") << gateway.log() << gateway.modem_log("modem");
    EXPECT_EQ(gateway.thumbprint(5), certificate_authority().certificate().fingerprint());
    EXPECT_EQ(gateway.frames("modem"), 3U) << "refused, emptied, then written";
}

} // namespace
} // namespace bgs2::test
