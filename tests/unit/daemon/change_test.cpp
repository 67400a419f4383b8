#include "daemon/change.h"
#include "daemon/sbnw/frame.h"
#include "daemon/sbnw/signature.h"
#include "tests/support/identity.h"
#include "tests/support/temporary_directory.h"

#include <gmock/gmock.h>

#include <string>
#include <utility>

namespace bgs2 {
namespace {

using pki::Secret;
using test::Algorithm;
using test::Identity;
using testing::HasSubstr;
using testing::SizeIs;

constexpr sbnw::SlotAddress slot0{};
constexpr sbnw::SlotAddress slot3{.store = sbnw::Store::tls, .slot = 3};
const std::string imei = "356938035643809";

const Identity& client() {
    static const Identity identity =
        Identity::make({.common_name = "gateway-7", .algorithm = Algorithm::rsa2048});
    return identity;
}

const Identity& other() {
    static const Identity identity =
        Identity::make({.common_name = "Other", .algorithm = Algorithm::rsa2048, .ca = true});
    return identity;
}

Order order() {
    Order order;
    order.subject = {.imei = imei, .model = "BGS2-W", .serial = "", .port = "", .properties = {}};
    order.now = std::chrono::sys_days{std::chrono::year{2026} / 11 / 23};
    return order;
}

Secret secret(std::string_view text) {
    return Secret::copy_of(as_bytes(text));
}

Handover handover(const sbnw::SlotAddress& address, const Identity& identity) {
    Handover handover;
    handover.address = address;
    handover.certificate = secret(identity.certificate_pem());
    return handover;
}

Handover client_handover() {
    Handover given = handover(slot0, client());
    given.private_key = secret(client().pkcs8_pem());
    return given;
}

TEST(Install, SaysWhatItWillDo) {
    const auto change = to_install(client_handover(), order());
    ASSERT_TRUE(change) << change.error().what;
    EXPECT_EQ(change->task,
              (Task{.operation = Operation::install,
                    .slot = slot0,
                    .description = "install CN=gateway-7,O=Example with its private key into slot 0"}));
    const auto server = to_install(handover(slot3, other()), order());
    ASSERT_TRUE(server) << server.error().what;
    EXPECT_EQ(server->task.description, "install CN=Other,O=Example into slot 3");
}

TEST(Install, TakesTheKeyThatAContainerHolds) {
    Handover given;
    given.certificate = Secret::copy_of(client().pkcs12({.passphrase = "abc"}));
    given.passphrase = secret("abc");
    const auto change = to_install(given, order());
    ASSERT_TRUE(change) << change.error().what;
    EXPECT_THAT(change->task.description, HasSubstr("with its private key"));
}

TEST(Install, RefusesWhatThePreflightForbids) {
    Handover wrong_key = client_handover();
    wrong_key.private_key = secret(other().pkcs8_pem());
    EXPECT_EQ(to_install(wrong_key, order()).error().code, ErrorCode::key_mismatch);

    Handover key_of_a_server = client_handover();
    key_of_a_server.address = slot3;
    EXPECT_EQ(to_install(key_of_a_server, order()).error().code, ErrorCode::invalid_argument);

    Order late = order();
    late.now = std::chrono::sys_days{std::chrono::year{2060} / 1 / 1};
    EXPECT_EQ(to_install(client_handover(), late).error().code, ErrorCode::expired);

    Handover no_certificate;
    no_certificate.certificate = secret("none");
    const auto refused = to_install(no_certificate, order());
    EXPECT_EQ(refused.error().code, ErrorCode::invalid_certificate);
    EXPECT_THAT(refused.error().what, HasSubstr("the certificate handed over"));
}

TEST(Install, TellsWarningsAndGoesAhead) {
    const auto change = to_install(handover(slot0, client()), order());
    ASSERT_TRUE(change) << change.error().what;
    ASSERT_THAT(change->findings, SizeIs(1)) << "a client without a key";
    EXPECT_EQ(change->findings.front().severity, pki::Severity::warning);
}

TEST(Preparation, OfAnInstallationIsTheFrameThatWritesIt) {
    const auto change = to_install(client_handover(), order());
    ASSERT_TRUE(change);
    const Preparation preparation = prepare(order(), *change);
    ASSERT_FALSE(preparation.obstacle);
    ASSERT_THAT(preparation.steps, SizeIs(1));
    const PreparedStep& step = preparation.steps.front();
    EXPECT_EQ(step.thumbprint, client().certificate().fingerprint());
    ASSERT_THAT(step.frames, SizeIs(1));
    const auto frame = sbnw::decode(std::as_const(step.frames.front()).bytes());
    ASSERT_TRUE(frame);
    const auto command = sbnw::command_of(*frame);
    EXPECT_EQ(command.certificate, client().certificate_der());
    EXPECT_FALSE(command.private_key.empty());
    EXPECT_TRUE(step.retreat) << "the module may drop the key";
}

TEST(Preparation, IsSignedWhereThePolicySaysSoAndEmptiesTheSlotFirst) {
    const test::TemporaryDirectory folder;
    Order signing = order();
    policy::Sign sign;
    sign.key = {.kind = policy::SourceKind::file, .name = folder.write("key", other().pkcs8_pem()).string()};
    signing.policy.sign = sign;
    signing.present[slot3].size = 700;
    signing.present[slot3].thumbprint = "ab";
    const auto change = to_install(handover(slot3, client()), signing);
    ASSERT_TRUE(change) << change.error().what;
    const Preparation preparation = prepare(signing, *change);
    ASSERT_FALSE(preparation.obstacle) << preparation.obstacle->what;
    const PreparedStep& step = preparation.steps.front();
    EXPECT_EQ(step.step.before, "ab");
    ASSERT_THAT(step.frames, SizeIs(2));
    for (const Secret& octets : step.frames) {
        const auto frame = sbnw::decode(std::as_const(octets).bytes());
        ASSERT_TRUE(frame);
        EXPECT_TRUE(sbnw::verify(*frame, other().key().public_key()));
    }
}

TEST(Erasure, IsOneFrame) {
    const Change change = to_erase(slot3);
    EXPECT_EQ(change.task.description, "erase slot 3");
    const Preparation preparation = prepare(order(), change);
    ASSERT_THAT(preparation.steps, SizeIs(1));
    EXPECT_EQ(preparation.steps.front().step.action, Action::erase);
    EXPECT_EQ(preparation.steps.front().thumbprint, "");
}

sbnw::SecureCommand write_command() {
    sbnw::SecureCommand command;
    command.slot = 3;
    command.certificate = other().certificate_der();
    return command;
}

Expected<Change> sent(const sbnw::SecureCommand& command) {
    return to_send(sbnw::Store::tls, *sbnw::encode(command), imei);
}

TEST(FrameMadeElsewhere, IsSentAsItIs) {
    const Secret frame = *sbnw::encode(write_command());
    const auto change = to_send(sbnw::Store::tls, frame.clone(), imei);
    ASSERT_TRUE(change) << change.error().what;
    EXPECT_EQ(change->task.slot, slot3);
    EXPECT_THAT(change->task.description, HasSubstr("that writes slot 3"));
    const Preparation preparation = prepare(order(), *change);
    ASSERT_THAT(preparation.steps, SizeIs(1));
    ASSERT_THAT(preparation.steps.front().frames, SizeIs(1));
    EXPECT_EQ(preparation.steps.front().frames.front(), frame);
    EXPECT_EQ(preparation.steps.front().thumbprint, other().certificate().fingerprint());
}

TEST(FrameMadeElsewhere, MayEmptyASlot) {
    sbnw::SecureCommand command;
    command.command = sbnw::Command::delete_certificate;
    command.slot = 3;
    const auto change = sent(command);
    ASSERT_TRUE(change);
    EXPECT_EQ(change->action, Action::erase);
    EXPECT_THAT(change->task.description, HasSubstr("that erases slot 3"));
}

TEST(FrameMadeElsewhere, IsRefusedIfItIsNotSoundOrNotForThisModem) {
    EXPECT_EQ(to_send(sbnw::Store::tls, secret("\x05"), imei).error().code, ErrorCode::invalid_argument);

    sbnw::SecureCommand another_modem = write_command();
    another_modem.imei = "111111111111111";
    EXPECT_THAT(sent(another_modem).error().what, HasSubstr("is for the modem 111111111111111"));

    sbnw::SecureCommand another_store = write_command();
    another_store.store = "management_cert";
    EXPECT_THAT(sent(another_store).error().what, HasSubstr("is for the store management_cert"));

    sbnw::SecureCommand nothing;
    EXPECT_THAT(sent(nothing).error().what, HasSubstr("has no certificate"));
}

} // namespace
} // namespace bgs2
