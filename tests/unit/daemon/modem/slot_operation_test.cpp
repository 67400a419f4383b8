// SPDX-License-Identifier: Apache-2.0
#include "daemon/modem/slot_operation.h"
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

constexpr SlotAddress slot_operation_slot0{};
constexpr SlotAddress slot3{.store = Store::tls, .slot = 3};
const std::string imei = "356938035643809";

const Identity& new_client() {
    static const Identity identity =
        Identity::make({.common_name = "gateway-7", .algorithm = Algorithm::rsa2048});
    return identity;
}

const Identity& slot_operation_other() {
    static const Identity identity =
        Identity::make({.common_name = "Other", .algorithm = Algorithm::rsa2048, .ca = true});
    return identity;
}

PlanRequest request() {
    PlanRequest request;
    request.attributes = {.imei = imei, .model = "BGS2-W", .serial = "", .port_path = "", .properties = {}};
    request.now = std::chrono::sys_days{std::chrono::year{2026} / 11 / 23};
    return request;
}

Secret secret(std::string_view text) {
    return Secret::copy_of(as_bytes(text));
}

InstallRequest install_request(const SlotAddress& address, const Identity& identity) {
    InstallRequest install_request;
    install_request.address = address;
    install_request.certificate = secret(identity.certificate_pem());
    return install_request;
}

InstallRequest client_install_request() {
    InstallRequest given = install_request(slot_operation_slot0, new_client());
    given.private_key = secret(new_client().pkcs8_pem());
    return given;
}

TEST(Install, DescribesTheOperation) {
    const auto change = make_install(client_install_request(), request());
    ASSERT_TRUE(change) << change.error().what;
    EXPECT_EQ(change->task,
              (Task{.operation = Operation::install,
                    .slot = slot_operation_slot0,
                    .description = "install CN=gateway-7,O=Example with its private key into slot 0"}));
    const auto server = make_install(install_request(slot3, slot_operation_other()), request());
    ASSERT_TRUE(server) << server.error().what;
    EXPECT_EQ(server->task.description, "install CN=Other,O=Example into slot 3");
}

TEST(Install, TakesTheKeyFromAPkcs12Store) {
    InstallRequest given;
    given.certificate = Secret::copy_of(new_client().pkcs12({.passphrase = "abc"}));
    given.passphrase = secret("abc");
    const auto change = make_install(given, request());
    ASSERT_TRUE(change) << change.error().what;
    EXPECT_THAT(change->task.description, HasSubstr("with its private key"));
}

TEST(Install, RejectsARequestThatFailsThePreflight) {
    InstallRequest wrong_key = client_install_request();
    wrong_key.private_key = secret(slot_operation_other().pkcs8_pem());
    EXPECT_EQ(make_install(wrong_key, request()).error().code, ErrorCode::key_mismatch);

    InstallRequest key_of_a_server = client_install_request();
    key_of_a_server.address = slot3;
    EXPECT_EQ(make_install(key_of_a_server, request()).error().code, ErrorCode::invalid_argument);

    PlanRequest late = request();
    late.now = std::chrono::sys_days{std::chrono::year{2060} / 1 / 1};
    EXPECT_EQ(make_install(client_install_request(), late).error().code, ErrorCode::expired);

    InstallRequest no_certificate;
    no_certificate.certificate = secret("none");
    const auto refused = make_install(no_certificate, request());
    EXPECT_EQ(refused.error().code, ErrorCode::invalid_certificate);
    EXPECT_THAT(refused.error().what, HasSubstr("the supplied certificate"));
}

TEST(Install, ReportsWarningsAndProceeds) {
    const auto change = make_install(install_request(slot_operation_slot0, new_client()), request());
    ASSERT_TRUE(change) << change.error().what;
    ASSERT_THAT(change->findings, SizeIs(1)) << "a client without a key";
    EXPECT_EQ(change->findings.front().severity, pki::Severity::warning);
}

TEST(PreparedPlan, ForAnInstallationHasOneWriteFrame) {
    const auto change = make_install(client_install_request(), request());
    ASSERT_TRUE(change);
    const PreparedPlan prepared_plan = prepare(request(), *change);
    ASSERT_FALSE(prepared_plan.blocker);
    ASSERT_THAT(prepared_plan.steps, SizeIs(1));
    const PreparedStep& step = prepared_plan.steps.front();
    EXPECT_EQ(step.content.certificate.sha1, new_client().certificate().fingerprint());
    EXPECT_EQ(step.content.key, new_client().key().public_key().fingerprint());
    const Secret bytes = encode(*prepared_plan.encoder, step);
    EXPECT_EQ(step.size, bytes.size());
    const auto frame = sbnw::decode(bytes.bytes());
    ASSERT_TRUE(frame);
    const auto command = sbnw::command_of(*frame);
    EXPECT_EQ(command.certificate, new_client().certificate_der());
    EXPECT_FALSE(command.private_key.empty());
}

TEST(PreparedPlan, IsSignedIfThePolicyRequiresIt) {
    const test::TemporaryDirectory folder;
    PlanRequest signing = request();
    policy::Sign sign;
    sign.key = {.kind = policy::SourceKind::file,
                .name = folder.write("key", slot_operation_other().pkcs8_pem()).string()};
    signing.policy.sign = sign;
    signing.present[slot3].size = 700;
    signing.present[slot3].thumbprint = "ab";
    const auto change = make_install(install_request(slot3, new_client()), signing);
    ASSERT_TRUE(change) << change.error().what;
    const PreparedPlan prepared_plan = prepare(signing, *change);
    ASSERT_FALSE(prepared_plan.blocker) << prepared_plan.blocker->what;
    const PreparedStep& step = prepared_plan.steps.front();
    EXPECT_EQ(step.step.before, "ab");
    const Secret bytes = encode(*prepared_plan.encoder, step);
    const auto frame = sbnw::decode(bytes.bytes());
    ASSERT_TRUE(frame);
    EXPECT_TRUE(sbnw::verify(*frame, slot_operation_other().key().public_key()));
}

TEST(Erasure, IsOneFrame) {
    const SlotOperation change = make_erase(slot3);
    EXPECT_EQ(change.task.description, "erase slot 3");
    const PreparedPlan prepared_plan = prepare(request(), change);
    ASSERT_THAT(prepared_plan.steps, SizeIs(1));
    EXPECT_EQ(prepared_plan.steps.front().step.action, Action::erase);
    EXPECT_EQ(prepared_plan.steps.front().content, SlotContent{});
}

sbnw::SecureCommand write_command() {
    sbnw::SecureCommand command;
    command.slot = 3;
    command.certificate = slot_operation_other().certificate_der();
    return command;
}

Expected<SlotOperation> sent(const sbnw::SecureCommand& command) {
    return make_send(Store::tls, *sbnw::encode(command), imei);
}

TEST(ExternalFrame, IsSentUnchanged) {
    const Secret frame = *sbnw::encode(write_command());
    const auto change = make_send(Store::tls, frame.clone(), imei);
    ASSERT_TRUE(change) << change.error().what;
    EXPECT_EQ(change->task.slot, slot3);
    EXPECT_THAT(change->task.description, HasSubstr("that writes slot 3"));
    const PreparedPlan prepared_plan = prepare(request(), *change);
    ASSERT_THAT(prepared_plan.steps, SizeIs(1));
    EXPECT_EQ(encode(*prepared_plan.encoder, prepared_plan.steps.front()), frame);
    EXPECT_EQ(prepared_plan.steps.front().content.certificate.sha1,
              slot_operation_other().certificate().fingerprint());
}

TEST(ExternalFrame, HasTheKeyThatItWrites) {
    sbnw::SecureCommand command = write_command();
    command.slot = 0;
    command.private_key = *slot_operation_other().key().to_der(pki::KeyFormat::pkcs8);
    EXPECT_EQ(sent(command)->content.key, slot_operation_other().key().public_key().fingerprint());
    command.private_key = secret("not a key");
    EXPECT_EQ(sent(command)->content.key, "unreadable");
}

TEST(PreparedPlan, IsBlockedForAKeyOnAPortThatIsNotTrusted) {
    const auto change = make_install(client_install_request(), request());
    ASSERT_TRUE(change);
    PlanRequest moved = request();
    moved.record.place = "pci-0000:00:14.0-usb-0:1";
    moved.place = "pci-0000:00:14.0-usb-0:2";
    const PreparedPlan prepared_plan = prepare(moved, *change);
    ASSERT_TRUE(prepared_plan.blocker);
    EXPECT_EQ(prepared_plan.blocker->code, ErrorCode::not_trusted);
    EXPECT_THAT(prepared_plan.blocker->hint, HasSubstr("bgs2ctl trust"));
    EXPECT_FALSE(prepare(moved, make_erase(slot3)).blocker) << "only keys are bound";
}

TEST(ExternalFrame, MayEraseASlot) {
    sbnw::SecureCommand command;
    command.command = sbnw::Command::delete_certificate;
    command.slot = 3;
    const auto change = sent(command);
    ASSERT_TRUE(change);
    EXPECT_EQ(change->action, Action::erase);
    EXPECT_THAT(change->task.description, HasSubstr("that erases slot 3"));
}

TEST(ExternalFrame, IsRejectedIfInvalidOrForAnotherModemOrStore) {
    EXPECT_EQ(make_send(Store::tls, secret("\x05"), imei).error().code, ErrorCode::invalid_argument);

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
