// SPDX-License-Identifier: Apache-2.0
#include "daemon/policy/parse.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace bgs2::policy {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;

std::vector<std::string> problems(std::string_view text) {
    const auto policy = parse(text, "f.toml");
    std::vector<std::string> lines;
    if (!policy) {
        for (const Problem& problem : policy.error())
            lines.push_back(to_string(problem));
    }
    return lines;
}

TEST(Parse, ReadsAPolicyWithEveryKey) {
    const auto policy = parse(R"(
[match]
model = "BGS2-*"
imei  = ["35693803*", "!356938035643809"]
port  = "platform-*"
property = { ID_SERIAL_SHORT = "A6*", ID_BUS = ["usb", "pci"] }

[port]
baud = 9600
flow-control = "rts-cts"
settle = "1s"
use = "borrow"
borrow-from = ["gprs.timer", "gprs.service"]
window = "23:30-04:00"

[provision]
mode = "manual"
erase-unlisted = true
renew-before = "2d"
verify-every = "0"
require-clock = true
family-limits = "warn"
bind = "none"
readable = ["/certs/{imei}.pass"]
sign = { key = "pkcs11:object={model}", passphrase = "credential:pin", digest = "sha1", imei = false }

[[slot]]
index = 0
store = "management_cert"
certificate = "/certs/mgmt.pem"

[[slot]]
index = 30
certificate = "/etc/ssl/certs/Root.pem"
format = "as-is"

[[slot]]
index = 0
certificate = "/certs/{imei}.pem"
private-key = "credential:{imei}.key"
passphrase = "/certs/{imei}.pass"
format = "pem-chain"
key-format = "traditional"
)",
                              "/etc/bgs2d/policy.d/10-gateway.one.toml");
    ASSERT_TRUE(policy) << to_string(policy.error().front());
    const Policy expected{
        .name = "10-gateway.one",
        .file = "/etc/bgs2d/policy.d/10-gateway.one.toml",
        .match = {.model = Patterns{{"BGS2-*"}},
                  .imei = Patterns{{"35693803*", "!356938035643809"}},
                  .port = Patterns{{"platform-*"}},
                  .properties = {{"ID_SERIAL_SHORT", {{"A6*"}}}, {"ID_BUS", {{"usb", "pci"}}}}},
        .port = {.line = {.baud = 9600, .flow_control = at::FlowControl::rts_cts, .settle = 1s},
                 .use = Use::borrow,
                 .borrow_from = {"gprs.timer", "gprs.service"},
                 .window = Window{.begin = 23h + 30min, .end = 4h}},
        .mode = Mode::manual,
        .erase_unlisted = true,
        .renew_before = 48h,
        .verify_every = 0s,
        .require_clock = true,
        .family_limits = FamilyLimits::warn,
        .bind = Bind::none,
        .readable = {{SourceKind::file, "/certs/{imei}.pass"}},
        .sign = Sign{.key = {SourceKind::pkcs11, "pkcs11:object={model}"},
                     .passphrase = Source{SourceKind::credential, "pin"},
                     .digest = sbnw::Digest::sha1,
                     .imei = false},
        .slots = {{.index = 0,
                   .certificate = {SourceKind::file, "/certs/{imei}.pem"},
                   .private_key = Source{SourceKind::credential, "{imei}.key"},
                   .passphrase = Source{SourceKind::file, "/certs/{imei}.pass"},
                   .format = pki::CertificateFormat::pem_chain,
                   .key_format = pki::KeyFormat::traditional},
                  {.index = 30,
                   .certificate = {SourceKind::file, "/etc/ssl/certs/Root.pem"},
                   .private_key = {},
                   .passphrase = {},
                   .format = pki::CertificateFormat::as_is},
                  {.index = 0,
                   .store = Store::management,
                   .certificate = {SourceKind::file, "/certs/mgmt.pem"},
                   .private_key = {},
                   .passphrase = {}}},
    };
    EXPECT_EQ(*policy, expected);
}

TEST(Parse, ReadsAnEmptyTextAsADefaultPolicy) {
    const auto policy = parse("", "x.toml");
    ASSERT_TRUE(policy);
    EXPECT_EQ(policy->name, "x");
    EXPECT_EQ(policy->match, Match());
    EXPECT_EQ(policy->port.line.baud, 115200);
    EXPECT_EQ(policy->port.line.flow_control, at::FlowControl::automatic);
    EXPECT_EQ(policy->port.line.settle, 100ms);
    EXPECT_EQ(policy->port.use, Use::borrow);
    EXPECT_TRUE(policy->port.borrow_from.empty());
    EXPECT_FALSE(policy->port.window);
    EXPECT_EQ(policy->mode, Mode::automatic);
    EXPECT_FALSE(policy->erase_unlisted);
    EXPECT_EQ(policy->renew_before, std::chrono::days(30));
    EXPECT_EQ(policy->verify_every, 24h);
    EXPECT_FALSE(policy->require_clock);
    EXPECT_EQ(policy->family_limits, FamilyLimits::enforce);
    EXPECT_EQ(policy->bind, Bind::port);
    EXPECT_TRUE(policy->readable.empty());
    EXPECT_FALSE(policy->sign);
    EXPECT_TRUE(policy->slots.empty());
}

TEST(Parse, SignsWithSha256ForOneModemByDefault) {
    const auto policy = parse("[provision.sign]\nkey = '/k'\n", "f.toml");
    ASSERT_TRUE(policy) << to_string(policy.error().front());
    EXPECT_EQ(policy->sign, (Sign{.key = {SourceKind::file, "/k"}, .passphrase = {}}));
    EXPECT_EQ(policy->sign->digest, sbnw::Digest::sha256);
    EXPECT_TRUE(policy->sign->imei);
}

TEST(Parse, AcceptsThePinSourceOfAUriAsReadable) {
    const auto policy = parse(
        "[provision]\nreadable = ['/pin']\nsign = { key = 'pkcs11:id=1?pin-source=file:/pin' }\n", "f.toml");
    ASSERT_TRUE(policy) << to_string(policy.error().front());
}

TEST(Parse, AcceptsKeepingAPortWithoutUnits) {
    const auto policy = parse("[port]\nuse = 'keep'\nborrow-from = []\n", "f.toml");
    ASSERT_TRUE(policy) << to_string(policy.error().front());
    EXPECT_EQ(policy->port.use, Use::keep);
    EXPECT_TRUE(policy->port.borrow_from.empty());
}

TEST(Parse, AcceptsZeroForRenewBeforeAndVerifyEvery) {
    for (const auto* off : {"0", "0s", "0d"}) {
        const auto policy =
            parse(fmt::format("[provision]\nrenew-before = '{0}'\nverify-every = '{0}'\n", off), "f.toml");
        ASSERT_TRUE(policy) << to_string(policy.error().front());
        EXPECT_EQ(policy->renew_before, 0s);
        EXPECT_EQ(policy->verify_every, 0s);
    }
}

TEST(Parse, AcceptsTheSameSlotInEveryStoreAndSortsByStore) {
    const auto policy = parse("[[slot]]\nindex = 1\nstore = 'preconfig_cert'\ncertificate = '/p'\n"
                              "[[slot]]\nindex = 1\nstore = 'management_cert'\ncertificate = '/m'\n"
                              "[[slot]]\nindex = 1\nstore = 'is_cert'\ncertificate = '/t'\n",
                              "f.toml");
    ASSERT_TRUE(policy) << to_string(policy.error().front());
    std::vector<std::string> certificates;
    for (const SlotRule& slot : policy->slots)
        certificates.push_back(slot.certificate.name);
    EXPECT_THAT(certificates, ElementsAre("/t", "/m", "/p"));
}

TEST(Parse, AcceptsEveryStandardBaudRate) {
    for (const unsigned baud : baud_rates) {
        const auto policy = parse("port.baud = " + std::to_string(baud), "f.toml");
        ASSERT_TRUE(policy) << baud;
        EXPECT_EQ(policy->port.line.baud, baud);
    }
}

struct ParseCase {
    std::string text;
    std::vector<std::string> problems;
};

class InvalidPolicy : public ::testing::TestWithParam<ParseCase> {};

TEST_P(InvalidPolicy, IsRejectedWithTheLocationOfEachProblem) {
    EXPECT_THAT(problems(GetParam().text), ElementsAreArray(GetParam().problems));
}

const std::string port_keys = "baud, flow-control, settle, use, borrow-from, window";
const std::string provision_keys = "mode, erase-unlisted, renew-before, verify-every, require-clock, "
                                   "family-limits, bind, readable, sign";
const std::string known_sources =
    "(use an absolute path, credential:NAME or, for a private key on a token, pkcs11:URI)";
const std::string not_on_a_token = " cannot be on a token, only private-key and the key of sign can; use an "
                                   "absolute path or credential:NAME";
const std::string slot_keys = "index, store, certificate, private-key, passphrase, format, key-format";

INSTANTIATE_TEST_SUITE_P(
    Keys, InvalidPolicy,
    ::testing::Values(
        ParseCase{"[prot]\nbaud = 9600\n", {R"(f.toml:1:2: unknown table "prot"; did you mean "port"?)"}},
        ParseCase{"mode = 'auto'\n",
                  {R"(f.toml:1:1: unknown key "mode"; valid keys: match, port, provision, slot)"}},
        ParseCase{"[[slots]]\nindex = 1\n", {R"(f.toml:1:3: unknown table "slots"; did you mean "slot"?)"}},
        ParseCase{"[port]\nbauds = 9600\n",
                  {R"(f.toml:2:1: unknown key "bauds" in [port]; did you mean "baud"?)"}},
        ParseCase{"[port]\nflow_control = 'none'\n",
                  {R"(f.toml:2:1: unknown key "flow_control" in [port]; did you mean "flow-control"?)"}},
        ParseCase{"[port]\nparity = 'even'\n",
                  {R"(f.toml:2:1: unknown key "parity" in [port]; valid keys: )" + port_keys}},
        ParseCase{"[provision]\nretry = '30d'\n",
                  {R"(f.toml:2:1: unknown key "retry" in [provision]; valid keys: )" + provision_keys}},
        ParseCase{"[provision]\nmode = 'auto'\nsing = { key = 'x' }\n",
                  {R"(f.toml:3:1: unknown table "sing" in [provision]; did you mean "sign"?)"}},
        ParseCase{"[provision]\nsign = { digest = 'sha1' }\n", {"f.toml:2:8: [provision] sign requires key"}},
        ParseCase{
            "[provision]\nsign = { key = '/k', pin = '1' }\n",
            {R"(f.toml:2:22: unknown key "pin" in [provision] sign; valid keys: key, passphrase, digest, imei)"}},
        ParseCase{"[match]\n\"imei\\n\" = 'x'\n",
                  {R"(f.toml:2:1: unknown key "imei\n" in [match]; did you mean "imei"?)"}},
        ParseCase{
            "[[slot]]\nindex = 1\ncertificate = '/c'\n[[slot]]\nindex = 2\ncertificate = '/c'\nkey = '/k'\n",
            {R"(f.toml:7:1: unknown key "key" in [[slot]] #2; valid keys: )" + slot_keys}}));

INSTANTIATE_TEST_SUITE_P(
    Types, InvalidPolicy,
    ::testing::Values(
        ParseCase{"match = 'all'\n", {"f.toml:1:9: [match] must be a table, not a string"}},
        ParseCase{"port = [1]\n", {"f.toml:1:8: [port] must be a table, not a list"}},
        ParseCase{"[slot]\nindex = 1\n",
                  {"f.toml:1:1: slot must be an array of tables, each written as [[slot]]"}},
        ParseCase{"slot = [1]\n", {"f.toml:1:9: [[slot]] #1 must be a table, not an integer"}},
        ParseCase{"[match]\nimei = 356938035643809\n",
                  {"f.toml:2:8: [match] imei must be a string or a list of strings, not an integer"}},
        ParseCase{"[match]\nimei = ['3*', 3, true]\n",
                  {"f.toml:2:15: [match] imei must be a list of strings only, not an integer",
                   "f.toml:2:18: [match] imei must be a list of strings only, not true or false"}},
        ParseCase{"[match]\nmodel = []\n",
                  {"f.toml:2:9: [match] model is an empty list; omit it to match any value"}},
        ParseCase{"[match]\nmodel = \"a\\u0000\"\n", {"f.toml:2:9: [match] model cannot contain a NUL"}},
        ParseCase{
            "[match]\nproperty = 'ID_BUS=usb'\n",
            {R"(f.toml:2:12: [match] property must be a table such as { ID_BUS = "usb" }, not a string)"}},
        ParseCase{"[match]\nproperty = {}\n",
                  {"f.toml:2:12: [match] property is an empty table; omit it to match any value"}},
        ParseCase{"[match.property]\nID_BUS = 1.5\n",
                  {"f.toml:2:10: [match] property ID_BUS must be a string or a list of strings, not a "
                   "floating-point number"}},
        ParseCase{"[port]\nbaud = '9600'\n", {"f.toml:2:8: [port] baud must be an integer, not a string"}},
        ParseCase{"[port]\nsettle = 100\n",
                  {R"(f.toml:2:10: [port] settle must be a time such as "100ms" or "2s", not an integer)"}},
        ParseCase{
            "[provision]\nmode = true\n",
            {"f.toml:2:8: [provision] mode must be one of auto, manual, report, ignore, not true or false"}},
        ParseCase{"[[slot]]\nindex = '1'\ncertificate = 1\n",
                  {"f.toml:2:9: [[slot]] #1 index must be an integer, not a string",
                   "f.toml:3:15: [[slot]] #1 certificate must be a string, not an integer"}}));

INSTANTIATE_TEST_SUITE_P(
    Values, InvalidPolicy,
    ::testing::Values(
        ParseCase{
            "[port]\nbaud = 115201\n",
            {"f.toml:2:8: [port] baud must be one of 300, 600, 1200, 2400, 4800, 9600, 19200, 38400, 57600, "
             "115200, "
             "230400, 460800, 921600, not 115201"}},
        ParseCase{"[port]\nflow-control = 'xon'\n",
                  {R"(f.toml:2:16: [port] flow-control must be one of auto, none, rts-cts, not "xon")"}},
        ParseCase{"[port]\nsettle = '1 s'\n",
                  {R"(f.toml:2:10: [port] settle must be a time such as "100ms" or "2s", not "1 s")"}},
        ParseCase{"[port]\nsettle = '11s'\n", {"f.toml:2:10: [port] settle must be at most 10s, not 11s"}},
        ParseCase{
            "[provision]\nmode = 'Auto'\n",
            {R"(f.toml:2:8: [provision] mode must be one of auto, manual, report, ignore, not "Auto")"}},
        ParseCase{"[[slot]]\nindex = 31\ncertificate = '/c'\n",
                  {"f.toml:2:9: [[slot]] #1 index must be from 0 to 30, not 31"}},
        ParseCase{"[[slot]]\nindex = -1\ncertificate = '/c'\n",
                  {"f.toml:2:9: [[slot]] #1 index must be from 0 to 30, not -1"}},
        ParseCase{"[[slot]]\nindex = 1\ncertificate = '/c'\nformat = 'pem'\n",
                  {R"(f.toml:4:10: [[slot]] #1 format must be one of der, pem-chain, as-is, not "pem")"}},
        ParseCase{"[[slot]]\nindex = 0\ncertificate = '/c'\nkey-format = 'sec1'\n",
                  {R"(f.toml:4:14: [[slot]] #1 key-format must be one of pkcs8, traditional, not "sec1")"}},
        ParseCase{"[[slot]]\nindex = 1\ncertificate = 'c.pem'\n",
                  {"f.toml:3:15: [[slot]] #1 certificate: a relative path is not a source " + known_sources}},
        ParseCase{"[[slot]]\nindex = 1\ncertificate = '/{imsi}.pem'\n",
                  {R"(f.toml:3:15: [[slot]] #1 certificate: the source has an unknown placeholder )"
                   "(use {imei}, {model} or {serial})"}},
        ParseCase{"[[slot]]\nindex = 0\ncertificate = '/c'\nprivate-key = 'tpm2:x'\n",
                  {"f.toml:4:15: [[slot]] #1 private-key: unknown scheme " + known_sources}},
        ParseCase{"[[slot]]\nindex = 0\ncertificate = '/c'\nprivate-key = 'pkcs11:object=x?pin-value=1'\n",
                  {"f.toml:4:15: [[slot]] #1 private-key: the pkcs11: URI contains the token's PIN, which "
                   "every reader of the policy can see (give the PIN as the passphrase, or name a file with "
                   "pin-source=file:/PATH)"}},
        ParseCase{"[[slot]]\nindex = 0\ncertificate = 'pkcs11:object=x'\npassphrase = 'pkcs11:object=x'\n",
                  {"f.toml:3:15: [[slot]] #1 certificate" + not_on_a_token,
                   "f.toml:4:14: [[slot]] #1 passphrase" + not_on_a_token}},
        ParseCase{
            "[[slot]]\nindex = 0\ncertificate = '/c'\nstore = 'omadm'\n",
            {R"(f.toml:4:9: [[slot]] #1 store must be one of is_cert, management_cert, preconfig_cert, )"
             R"(not "omadm")"}},
        ParseCase{"[provision]\nrequire-clock = 'yes'\nerase-unlisted = 1\n",
                  {"f.toml:2:17: [provision] require-clock must be true or false, not a string",
                   "f.toml:3:18: [provision] erase-unlisted must be true or false, not an integer"}},
        ParseCase{"[provision]\nrenew-before = '3651d'\nverify-every = '366d'\n",
                  {"f.toml:2:16: [provision] renew-before must be at most 3650d, not 3651d",
                   "f.toml:3:16: [provision] verify-every must be at most 365d, not 366d"}},
        ParseCase{"[provision]\nfamily-limits = 'ignore'\n",
                  {R"(f.toml:2:17: [provision] family-limits must be one of enforce, warn, not "ignore")"}},
        ParseCase{"[provision]\nbind = 'imei'\n",
                  {R"(f.toml:2:8: [provision] bind must be one of port, none, not "imei")"}},
        ParseCase{"[provision]\nsign = '/k'\n",
                  {"f.toml:2:8: [provision] sign must be a table, not a string"}},
        ParseCase{"[provision]\nsign = { key = 'k', passphrase = 'pkcs11:id=1', digest = 'md5', imei = 0 }\n",
                  {"f.toml:2:16: [provision] sign key: a relative path is not a source " + known_sources,
                   "f.toml:2:34: [provision] sign passphrase" + not_on_a_token,
                   R"(f.toml:2:58: [provision] sign digest must be one of sha1, sha256, not "md5")",
                   "f.toml:2:72: [provision] sign imei must be true or false, not an integer"}}));

const std::string no_unit =
    "is not the name of a unit that can be stopped and started (end it with .service, "
    ".socket, .target, .timer, .path)";
const std::string not_kept = R"( requires use = "borrow": a port that is kept is not borrowed)";
const std::string as_a_range = R"((write it as "02:00-04:00"))";

INSTANTIATE_TEST_SUITE_P(
    Borrowing, InvalidPolicy,
    ::testing::Values(
        ParseCase{"[port]\nuse = 'share'\n",
                  {R"(f.toml:2:7: [port] use must be one of borrow, keep, not "share")"}},
        ParseCase{"[port]\nborrow-from = 'gprs.service'\n",
                  {"f.toml:2:15: [port] borrow-from must be a list, not a string"}},
        ParseCase{"[port]\nborrow-from = ['gprs', 1, 'bgs2d.service']\n",
                  {R"(f.toml:2:16: [port] borrow-from: "gprs" )" + no_unit,
                   "f.toml:2:24: [port] borrow-from must be a string, not an integer",
                   R"(f.toml:2:27: [port] borrow-from: "bgs2d.service" cannot be stopped: bgs2d requires it )"
                   "(name the unit of the program that uses the modem)"}},
        ParseCase{"[port]\nborrow-from = ['pppd@.service']\n",
                  {R"(f.toml:2:16: [port] borrow-from: "pppd@.service" is a template )"
                   "(name an instance of it, such as pppd@ttyS1.service)"}},
        ParseCase{"[port]\nborrow-from = ['a.service', 'b.service',\n'a.service']\n",
                  {"f.toml:3:1: [port] borrow-from names a.service twice"}},
        ParseCase{"[port]\nuse = 'keep'\nborrow-from = ['a.service']\nwindow = '1:00-2:00'\n",
                  {"f.toml:3:15: [port] borrow-from" + not_kept,
                   R"(f.toml:4:10: [port] window: "1:00-2:00" is not a range of times from 00:00 to 23:59 )" +
                       as_a_range,
                   "f.toml:4:10: [port] window" + not_kept}},
        ParseCase{"[port]\nwindow = 2\n", {"f.toml:2:10: [port] window must be a string, not an integer"}},
        ParseCase{
            "[port]\nwindow = '02:00-02:00'\n",
            {R"(f.toml:2:10: [port] window: "02:00-02:00" ends when it begins (omit it to allow any time))"}}));

INSTANTIATE_TEST_SUITE_P(
    Readable, InvalidPolicy,
    ::testing::Values(
        ParseCase{"[provision]\nreadable = '/k'\n",
                  {"f.toml:2:12: [provision] readable must be a list, not a string"}},
        ParseCase{"[provision]\nreadable = ['k', 1, 'pkcs11:object=k']\n",
                  {"f.toml:2:13: [provision] readable: a relative path is not a source " + known_sources,
                   "f.toml:2:18: [provision] readable must be a string, not an integer",
                   "f.toml:2:21: [provision] readable" + not_on_a_token}},
        ParseCase{
            "[provision]\nreadable = ['/c', '/k', '/s', '/p']\nsign = { key = '/s' }\n"
            "[[slot]]\nindex = 0\ncertificate = '/c'\nprivate-key = '/k'\n",
            {R"(f.toml:2:31: [provision] readable: this policy reads no secret from this source; write it )"
             "exactly as the private-key, passphrase, key or certificate that reads it"}}));

INSTANTIATE_TEST_SUITE_P(
    Slots, InvalidPolicy,
    ::testing::Values(
        ParseCase{"[[slot]]\n",
                  {"f.toml:1:1: [[slot]] #1 requires index", "f.toml:1:1: [[slot]] #1 requires certificate"}},
        ParseCase{"[[slot]]\nindex = 1\ncertificate = '/a'\n\n[[slot]]\nindex = 2\n",
                  {"f.toml:5:1: [[slot]] #2 requires certificate"}},
        ParseCase{"[[slot]]\nindex = 1\ncertificate = '/a'\n[[slot]]\nindex = 2\ncertificate = '/b'\n"
                  "[[slot]]\nindex = 1\ncertificate = '/c'\n",
                  {"f.toml:8:9: [[slot]] #3 index 1 is already used by [[slot]] #1"}},
        ParseCase{"[[slot]]\nindex = 99\ncertificate = '/a'\n[[slot]]\nindex = 0\ncertificate = '/b'\n",
                  {"f.toml:2:9: [[slot]] #1 index must be from 0 to 30, not 99"}},
        ParseCase{"[[slot]]\nindex = 1\ncertificate = '/a'\nprivate-key = '/k'\n",
                  {"f.toml:4:15: [[slot]] #1 private-key: only slot 0 takes a private key, not slot 1"}},
        ParseCase{"[[slot]]\nindex = 0\ncertificate = '/a'\nprivate-key = '/k'\nstore = 'management_cert'\n",
                  {"f.toml:4:15: [[slot]] #1 private-key: only slot 0 takes a private key, not slot 0 of "
                   "management_cert"}},
        ParseCase{"[[slot]]\nindex = 1\ncertificate = '/a'\nstore = 'management_cert'\n"
                  "[[slot]]\nindex = 1\ncertificate = '/b'\n"
                  "[[slot]]\nindex = 1\ncertificate = '/c'\nstore = 'management_cert'\n",
                  {"f.toml:9:9: [[slot]] #3 index 1 is already used by [[slot]] #1"}}));

const std::string wrong_baud =
    "f.toml:4:8: [port] baud must be one of 300, 600, 1200, 2400, 4800, 9600, 19200, "
    "38400, 57600, 115200, 230400, 460800, 921600, not 1";

INSTANTIATE_TEST_SUITE_P(ManyAtOnce, InvalidPolicy,
                         ::testing::Values(ParseCase{
                             "[[slot]]\nindex = 'one'\n[port]\nbaud = 1\nspeed = 2\n[match]\nimie = 'x'\n",
                             {"f.toml:1:1: [[slot]] #1 requires certificate",
                              "f.toml:2:9: [[slot]] #1 index must be an integer, not a string", wrong_baud,
                              R"(f.toml:5:1: unknown key "speed" in [port]; valid keys: )" + port_keys,
                              R"(f.toml:7:1: unknown key "imie" in [match]; did you mean "imei"?)"}}));

TEST(Parse, ReportsOnlyTheFirstTomlSyntaxError) {
    const auto policy = parse("[match\nmodel = \nimei = \n", "f.toml");
    ASSERT_FALSE(policy);
    ASSERT_EQ(policy.error().size(), 1);
    EXPECT_EQ(policy.error().front().line, 1);
    EXPECT_EQ(policy.error().front().file, "f.toml");
}

TEST(Parse, RefusesToEraseEverySlotOfAStore) {
    const std::string refused = ": [provision] erase-unlisted would erase every slot of is_cert: no [[slot]] "
                                "names one; add a [[slot]] for each slot to keep";
    const std::string provision = "[provision]\nerase-unlisted = true\n";
    EXPECT_THAT(problems(provision), ElementsAre("f.toml:2:18" + refused));
    EXPECT_THAT(problems(provision + "[[slot]]\nindex = 1\nstore = 'management_cert'\ncertificate = '/c'\n"),
                ElementsAre("f.toml:2:18" + refused));
    EXPECT_THAT(problems(provision + "[[slot]]\nindex = 1\ncertificate = '/c'\n"), IsEmpty());
    EXPECT_THAT(problems("[provision]\nerase-unlisted = false\n"), IsEmpty());
}

TEST(Parse, ReportsTheFirstHundredProblemsAndCountsTheOthers) {
    std::string text;
    for (int i = 0; i < 150; ++i)
        text += fmt::format("k{} = 1\n", i);
    const auto lines = problems(text);
    ASSERT_EQ(lines.size(), 101U);
    EXPECT_TRUE(lines[99].starts_with("f.toml:100:1: ")) << lines[99];
    EXPECT_EQ(lines[100], "f.toml: 50 more errors");
}

TEST(Parse, RefusesAnEmptyMatch) {
    EXPECT_THAT(problems("[match]\n[[slot]]\nindex = 1\ncertificate = '/c'\n"),
                ElementsAre("f.toml:1:1: [match] is empty; omit it to match every modem"));
}

TEST(Parse, MakesTheNameOfThePolicyAndItsFilePrintable) {
    const auto policy = parse("", "/etc/M\xfcnchen\n.toml");
    ASSERT_TRUE(policy);
    EXPECT_EQ(policy->name, "M\\xfcnchen\\x0a");
    const auto invalid = parse("x = 1", "/etc/M\xfcnchen\n.toml");
    ASSERT_FALSE(invalid);
    EXPECT_EQ(invalid.error().front().file, "/etc/M\\xfcnchen\\x0a.toml");
    const auto broken = parse("x", "M\xfcnchen");
    ASSERT_FALSE(broken);
    EXPECT_EQ(broken.error().front().file, "M\\xfcnchen");
}

TEST(Parse, RejectsADuplicateKey) {
    const auto lines = problems("[port]\nbaud = 9600\nbaud = 9600\n");
    ASSERT_EQ(lines.size(), 1);
    EXPECT_TRUE(lines.front().starts_with("f.toml:3:")) << lines.front();
}

TEST(Parse, ToleratesTruncationAndChangedBytesAtEveryPosition) {
    const std::string text =
        "[match]\nimei = [\"3*\", '!4']\nproperty = { A = \"b\" }\n[port]\nsettle = \"1s\"\n"
        "[[slot]]\nindex = 0\ncertificate = \"/{imei}\"\nprivate-key = 'credential:k'\n";
    ASSERT_TRUE(parse(text, "f.toml"));
    for (std::size_t i = 0; i < text.size(); ++i) {
        static_cast<void>(parse(text.substr(0, i), "f.toml"));
        for (const char byte : {'\0', '\x01', '"', '[', ']', '{', '}', '=', '\n', '\x80', '\xff', '9'}) {
            std::string changed = text;
            changed[i] = byte;
            const auto policy = parse(changed, "f.toml");
            if (!policy) {
                EXPECT_FALSE(policy.error().empty());
            }
        }
    }
}

} // namespace
} // namespace bgs2::policy
