#include "daemon/policy/parse.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace bgs2::policy {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAreArray;

std::vector<std::string> problems(std::string_view text) {
    const auto policy = parse(text, "f.toml");
    std::vector<std::string> lines;
    if (!policy) {
        for (const Problem& problem : policy.error())
            lines.push_back(to_string(problem));
    }
    return lines;
}

TEST(Parse, ReadsAPolicyWithEverythingInIt) {
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

[provision]
mode = "manual"

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
        .port = {.baud = 9600, .flow_control = at::FlowControl::rts_cts, .settle = 1s},
        .mode = Mode::manual,
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
                   .format = pki::CertificateFormat::as_is}},
    };
    EXPECT_EQ(*policy, expected);
}

TEST(Parse, TakesAnEmptyTextForAPolicyOfDefaults) {
    const auto policy = parse("", "x.toml");
    ASSERT_TRUE(policy);
    EXPECT_EQ(policy->name, "x");
    EXPECT_EQ(policy->match, Match());
    EXPECT_EQ(policy->port.baud, 115200);
    EXPECT_EQ(policy->port.flow_control, at::FlowControl::automatic);
    EXPECT_EQ(policy->port.settle, 100ms);
    EXPECT_EQ(policy->mode, Mode::automatic);
    EXPECT_TRUE(policy->slots.empty());
}

TEST(Parse, TakesEveryStandardRate) {
    for (const int baud : baud_rates) {
        const auto policy = parse("port.baud = " + std::to_string(baud), "f.toml");
        ASSERT_TRUE(policy) << baud;
        EXPECT_EQ(policy->port.baud, baud);
    }
}

struct Case {
    std::string text;
    std::vector<std::string> problems;
};

class BrokenPolicy : public ::testing::TestWithParam<Case> {};

TEST_P(BrokenPolicy, IsRefusedWithThePlaceOfEachProblem) {
    EXPECT_THAT(problems(GetParam().text), ElementsAreArray(GetParam().problems));
}

const std::string slot_keys = "index, certificate, private-key, passphrase, format, key-format";

INSTANTIATE_TEST_SUITE_P(
    Keys, BrokenPolicy,
    ::testing::Values(
        Case{"[prot]\nbaud = 9600\n", {R"(f.toml:1:2: unknown table "prot"; did you mean "port"?)"}},
        Case{"mode = 'auto'\n",
             {R"(f.toml:1:1: unknown key "mode"; known are match, port, provision, slot)"}},
        Case{"[[slots]]\nindex = 1\n", {R"(f.toml:1:3: unknown table "slots"; did you mean "slot"?)"}},
        Case{"[port]\nbauds = 9600\n",
             {R"(f.toml:2:1: unknown key "bauds" in [port]; did you mean "baud"?)"}},
        Case{"[port]\nflow_control = 'none'\n",
             {R"(f.toml:2:1: unknown key "flow_control" in [port]; did you mean "flow-control"?)"}},
        Case{"[port]\nparity = 'even'\n",
             {R"(f.toml:2:1: unknown key "parity" in [port]; known are baud, flow-control, settle)"}},
        Case{"[provision]\nrenew-before = '30d'\n",
             {R"(f.toml:2:1: unknown key "renew-before" in [provision]; known are mode)"}},
        Case{"[provision]\nmode = 'auto'\nsign = { key = 'x' }\n",
             {R"(f.toml:3:1: unknown table "sign" in [provision]; known are mode)"}},
        Case{"[match]\n\"imei\\n\" = 'x'\n",
             {R"(f.toml:2:1: unknown key "imei\n" in [match]; did you mean "imei"?)"}},
        Case{"[[slot]]\nindex = 1\ncertificate = '/c'\n[[slot]]\nindex = 2\ncertificate = '/c'\nkey = '/k'\n",
             {R"(f.toml:7:1: unknown key "key" in [[slot]] #2; known are )" + slot_keys}}));

INSTANTIATE_TEST_SUITE_P(
    Types, BrokenPolicy,
    ::testing::Values(
        Case{"match = 'all'\n", {"f.toml:1:9: [match] must be a table, not a string"}},
        Case{"port = [1]\n", {"f.toml:1:8: [port] must be a table, not a list"}},
        Case{"[slot]\nindex = 1\n", {"f.toml:1:1: slot must be written as [[slot]], one for each"}},
        Case{"slot = [1]\n", {"f.toml:1:9: [[slot]] #1 must be a table, not an integer"}},
        Case{"[match]\nimei = 356938035643809\n",
             {"f.toml:2:8: [match] imei must be a string or a list of strings, not an integer"}},
        Case{"[match]\nimei = ['3*', 3, true]\n",
             {"f.toml:2:15: [match] imei must be a list of strings only, not an integer",
              "f.toml:2:18: [match] imei must be a list of strings only, not true or false"}},
        Case{"[match]\nmodel = []\n",
             {"f.toml:2:9: [match] model is an empty list; leave it out if it does not matter"}},
        Case{"[match]\nmodel = \"a\\u0000\"\n", {"f.toml:2:9: [match] model can not hold a NUL"}},
        Case{"[match]\nproperty = 'ID_BUS=usb'\n",
             {R"(f.toml:2:12: [match] property must be a table such as { ID_BUS = "usb" }, not a string)"}},
        Case{"[match]\nproperty = {}\n",
             {"f.toml:2:12: [match] property is an empty table; leave it out if it does not matter"}},
        Case{"[match.property]\nID_BUS = 1.5\n",
             {"f.toml:2:10: [match] property ID_BUS must be a string or a list of strings, not a decimal "
              "fraction"}},
        Case{"[port]\nbaud = '9600'\n", {"f.toml:2:8: [port] baud must be an integer, not a string"}},
        Case{"[port]\nsettle = 100\n",
             {R"(f.toml:2:10: [port] settle must be a time such as "100ms" or "2s", not an integer)"}},
        Case{"[provision]\nmode = true\n",
             {"f.toml:2:8: [provision] mode must be one of auto, manual, report, ignore, not true or false"}},
        Case{"[[slot]]\nindex = '1'\ncertificate = 1\n",
             {"f.toml:2:9: [[slot]] #1 index must be an integer, not a string",
              "f.toml:3:15: [[slot]] #1 certificate must be a string, not an integer"}}));

INSTANTIATE_TEST_SUITE_P(
    Values, BrokenPolicy,
    ::testing::Values(
        Case{"[port]\nbaud = 115201\n",
             {"f.toml:2:8: [port] baud must be one of 300, 600, 1200, 2400, 4800, 9600, 19200, 38400, 57600, "
              "115200, "
              "230400, 460800, 921600, not 115201"}},
        Case{"[port]\nflow-control = 'xon'\n",
             {R"(f.toml:2:16: [port] flow-control must be one of auto, none, rts-cts, not "xon")"}},
        Case{"[port]\nsettle = '1 s'\n",
             {R"(f.toml:2:10: [port] settle must be a time such as "100ms" or "2s", not "1 s")"}},
        Case{"[port]\nsettle = '11s'\n", {"f.toml:2:10: [port] settle must be 10s at most, not 11s"}},
        Case{"[provision]\nmode = 'Auto'\n",
             {R"(f.toml:2:8: [provision] mode must be one of auto, manual, report, ignore, not "Auto")"}},
        Case{"[[slot]]\nindex = 31\ncertificate = '/c'\n",
             {"f.toml:2:9: [[slot]] #1 index must be from 0 to 30, not 31"}},
        Case{"[[slot]]\nindex = -1\ncertificate = '/c'\n",
             {"f.toml:2:9: [[slot]] #1 index must be from 0 to 30, not -1"}},
        Case{"[[slot]]\nindex = 1\ncertificate = '/c'\nformat = 'pem'\n",
             {R"(f.toml:4:10: [[slot]] #1 format must be one of der, pem-chain, as-is, not "pem")"}},
        Case{"[[slot]]\nindex = 0\ncertificate = '/c'\nkey-format = 'sec1'\n",
             {R"(f.toml:4:14: [[slot]] #1 key-format must be one of pkcs8, traditional, not "sec1")"}},
        Case{"[[slot]]\nindex = 1\ncertificate = 'c.pem'\n",
             {R"(f.toml:3:15: [[slot]] #1 certificate: "c.pem" is a relative path )"
              "(give an absolute path or credential:NAME)"}},
        Case{"[[slot]]\nindex = 1\ncertificate = '/{imsi}.pem'\n",
             {R"(f.toml:3:15: [[slot]] #1 certificate: "/{imsi}.pem" has the unknown placeholder {imsi} )"
              "(known are {imei}, {model} and {serial})"}},
        Case{"[[slot]]\nindex = 0\ncertificate = '/c'\nprivate-key = 'pkcs11:object=x'\n",
             {R"(f.toml:4:15: [[slot]] #1 private-key: "pkcs11:" is an unknown scheme )"
              "(give an absolute path or credential:NAME)"}}));

INSTANTIATE_TEST_SUITE_P(
    Slots, BrokenPolicy,
    ::testing::Values(
        Case{"[[slot]]\n",
             {"f.toml:1:1: [[slot]] #1 has no index", "f.toml:1:1: [[slot]] #1 has no certificate"}},
        Case{"[[slot]]\nindex = 1\ncertificate = '/a'\n\n[[slot]]\nindex = 2\n",
             {"f.toml:5:1: [[slot]] #2 has no certificate"}},
        Case{"[[slot]]\nindex = 1\ncertificate = '/a'\n[[slot]]\nindex = 2\ncertificate = '/b'\n"
             "[[slot]]\nindex = 1\ncertificate = '/c'\n",
             {"f.toml:8:9: [[slot]] #3 index 1 is the one of [[slot]] #1 already"}},
        Case{"[[slot]]\nindex = 99\ncertificate = '/a'\n[[slot]]\nindex = 0\ncertificate = '/b'\n",
             {"f.toml:2:9: [[slot]] #1 index must be from 0 to 30, not 99"}},
        Case{"[[slot]]\nindex = 1\ncertificate = '/a'\nprivate-key = '/k'\n",
             {"f.toml:4:15: [[slot]] #1 private-key: only slot 0 takes a private key, not slot 1"}}));

INSTANTIATE_TEST_SUITE_P(
    ManyAtOnce, BrokenPolicy,
    ::testing::Values(Case{
        "[[slot]]\nindex = 'one'\n[port]\nbaud = 1\nspeed = 2\n[match]\nimie = 'x'\n",
        {"f.toml:1:1: [[slot]] #1 has no certificate",
         "f.toml:2:9: [[slot]] #1 index must be an integer, not a string",
         "f.toml:4:8: [port] baud must be one of 300, 600, 1200, 2400, 4800, 9600, 19200, 38400, "
         "57600, 115200, 230400, 460800, 921600, not 1",
         R"(f.toml:5:1: unknown key "speed" in [port]; known are baud, flow-control, settle)",
         R"(f.toml:7:1: unknown key "imie" in [match]; did you mean "imei"?)"}}));

TEST(Parse, TellsOnlyTheFirstProblemOfWhatIsNotToml) {
    const auto policy = parse("[match\nmodel = \nimei = \n", "f.toml");
    ASSERT_FALSE(policy);
    ASSERT_EQ(policy.error().size(), 1);
    EXPECT_EQ(policy.error().front().line, 1);
    EXPECT_EQ(policy.error().front().file, "f.toml");
}

TEST(Parse, RefusesAKeyThatIsGivenTwice) {
    const auto lines = problems("[port]\nbaud = 9600\nbaud = 9600\n");
    ASSERT_EQ(lines.size(), 1);
    EXPECT_TRUE(lines.front().starts_with("f.toml:3:")) << lines.front();
}

TEST(Parse, BearsWithEveryTruncationAndEveryChangedOctetOfAPolicy) {
    const std::string text =
        "[match]\nimei = [\"3*\", '!4']\nproperty = { A = \"b\" }\n[port]\nsettle = \"1s\"\n"
        "[[slot]]\nindex = 0\ncertificate = \"/{imei}\"\nprivate-key = 'credential:k'\n";
    ASSERT_TRUE(parse(text, "f.toml"));
    for (std::size_t i = 0; i < text.size(); ++i) {
        static_cast<void>(parse(text.substr(0, i), "f.toml"));
        for (const char octet : {'\0', '\x01', '"', '[', ']', '{', '}', '=', '\n', '\x80', '\xff', '9'}) {
            std::string changed = text;
            changed[i] = octet;
            const auto policy = parse(changed, "f.toml");
            if (!policy) {
                EXPECT_FALSE(policy.error().empty());
            }
        }
    }
}

} // namespace
} // namespace bgs2::policy
