// SPDX-License-Identifier: Apache-2.0
#include "daemon/policy/source.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace bgs2::policy {
namespace {

using namespace std::string_literals;

const ModemAttributes bgs2w{.imei = "356938035643809",
                            .model = "BGS2-W",
                            .serial = "A6008isP",
                            .port_path = "platform-serial8250",
                            .properties = {}};

TEST(Source, IsAFileOrACredential) {
    EXPECT_EQ(parse_source("/etc/bgs2d/certs/{imei}.pem"),
              (Source{.kind = SourceKind::file, .name = "/etc/bgs2d/certs/{imei}.pem"}));
    EXPECT_EQ(parse_source("credential:{imei}.key"),
              (Source{.kind = SourceKind::credential, .name = "{imei}.key"}));
    EXPECT_EQ(parse_source("/a:b"), (Source{.kind = SourceKind::file, .name = "/a:b"}));
}

TEST(Source, IsWrittenAsItWasRead) {
    for (const auto* text : {"/etc/{model}/{serial}.pem", "credential:{imei}.key"})
        EXPECT_EQ(to_string(parse_source(text).value()), text);
}

const std::string known =
    " (use an absolute path, credential:NAME or, for a private key on a token, pkcs11:URI)";

struct Refusal {
    std::string text;
    std::string what;
};

TEST(Source, RejectsInvalidTextAndListsTheValidForms) {
    const std::vector<Refusal> refusals{
        {"", "the source is empty" + known},
        {"certs/a.pem", "a relative path is not a source" + known},
        {"../a.pem", "a relative path is not a source" + known},
        {"a/b:c", "a relative path is not a source" + known},
        {":a", "a relative path is not a source" + known},
        {"/etc/bgs2d/", "a directory is not a source" + known},
        {"/a\0b"s, "a source cannot contain a NUL" + known},
        {"${CERTS}/ca.pem", "variables of the environment are not expanded" + known},
        {"/etc/${CERTS}/ca.pem", "variables of the environment are not expanded" + known},
        {"file:/a", "unknown scheme" + known},
        {"credential:",
         R"(the name of the credential is invalid (write a plain file name after credential:))"},
        {"credential:..",
         R"(the name of the credential is invalid (write a plain file name after credential:))"},
        {"credential:a/b",
         R"(the name of the credential is invalid (write a plain file name after credential:))"},
        {"/a/{imsi}", R"(the source has an unknown placeholder (use {imei}, {model} or {serial}))"},
        {"/a/{}", R"(the source has an unknown placeholder (use {imei}, {model} or {serial}))"},
        {"/a/{imei", R"(the source has an unmatched '{' (use {imei}, {model} or {serial}))"},
        {"/a/imei}", R"(the source has an unmatched '}' (use {imei}, {model} or {serial}))"},
        {"/a/{{imei}}", R"(the source has an unknown placeholder (use {imei}, {model} or {serial}))"},
    };
    for (const auto& [text, what] : refusals) {
        const auto source = parse_source(text);
        ASSERT_FALSE(source) << text;
        EXPECT_EQ(to_string(source.error()), what);
        EXPECT_EQ(source.error().code, ErrorCode::invalid_argument);
    }
}

TEST(Source, IsNotQuotedInTheErrorIfItMayBeAPassphrase) {
    for (const auto* passphrase : {"geheim", "geheim:1", "ge heim", "ge/heim"})
        EXPECT_FALSE(to_string(parse_source(passphrase).error()).contains("heim")) << passphrase;
}

TEST(Source, AcceptsAPkcs11Uri) {
    const Source key{.kind = SourceKind::pkcs11, .name = "pkcs11:token=gateway;object={imei};type=private"};
    EXPECT_EQ(parse_source(key.name), key);
    EXPECT_EQ(to_string(key), key.name);
    for (const auto* uri : {"pkcs11:object=a;", "pkcs11:object=a?module-path=/usr/lib/softhsm/libsofthsm2.so",
                            "pkcs11:id=%01%02?pin-source=file:/run/pin&module-name=softhsm2"})
        EXPECT_TRUE(parse_source(uri)) << uri;
}

TEST(Source, RejectsAMalformedUriWithoutRepeatingIt) {
    const std::vector<Refusal> refusals{
        {"pkcs11:", "the pkcs11: URI names no object (write it as pkcs11:token=NAME;object=NAME)"},
        {"pkcs11:gateway", "the pkcs11: URI has an attribute without name or value (write it as "
                           "pkcs11:token=NAME;object=NAME)"},
        {"pkcs11:=a", "the pkcs11: URI has an attribute without name or value (write it as "
                      "pkcs11:token=NAME;object=NAME)"},
        {"pkcs11:token=my token", "a pkcs11: URI cannot contain white space (write a space as %20)"},
    };
    for (const auto& [text, what] : refusals) {
        const auto source = parse_source(text);
        ASSERT_FALSE(source) << text;
        EXPECT_EQ(to_string(source.error()), what);
    }
}

TEST(Source, RejectsAUriWithAPinWithoutRepeatingIt) {
    for (const auto* uri :
         {"pkcs11:token=gateway;object=client?pin-value=1234", "pkcs11:object={?pin-value=1234",
          "pkcs11:token=a?module-name=x&pin-value=1234", "pkcs11:token=a;pin-value=1234"}) {
        const auto source = parse_source(uri);
        ASSERT_FALSE(source) << uri;
        EXPECT_EQ(source.error(),
                  (Error{ErrorCode::invalid_argument,
                         "the pkcs11: URI contains the token's PIN, which every reader of the policy can see",
                         "give the PIN as the passphrase, or name a file with pin-source=file:/PATH"}));
    }
    const auto hidden = parse_source("pkcs11:token=a?pin-\nvalue=1234");
    ASSERT_FALSE(hidden);
    EXPECT_EQ(hidden.error().what, "a pkcs11: URI cannot contain white space");
}

TEST(Expand, ReplacesPlaceholdersWithModemAttributes) {
    EXPECT_EQ(expand("/c/{model}/{imei}-{serial}.pem", bgs2w), "/c/BGS2-W/356938035643809-A6008isP.pem");
    EXPECT_EQ(expand("{imei}{imei}", bgs2w), "356938035643809356938035643809");
    EXPECT_EQ(expand("/plain", bgs2w), "/plain");
    EXPECT_EQ(expand("", bgs2w), "");
}

TEST(Expand, DoesNotExpandPlaceholdersInValues) {
    ModemAttributes strange = bgs2w;
    strange.model = "{imei}";
    EXPECT_EQ(expand("/{model}", strange), "/{imei}");
}

TEST(Expand, ConfinesAValueToOneFileName) {
    for (const std::string& value : {"/"s, "../x"s, "a/b"s, "."s, ".."s, "a\0b"s}) {
        ModemAttributes hostile = bgs2w;
        hostile.serial = value;
        const auto path = expand("/c/{serial}", hostile);
        ASSERT_FALSE(path) << value;
        EXPECT_EQ(path.error().code, ErrorCode::invalid_argument);
        EXPECT_TRUE(path.error().what.ends_with("cannot be part of a file name")) << path.error().what;
    }
    ModemAttributes dotted = bgs2w;
    dotted.serial = "..x";
    EXPECT_EQ(expand("/c/{serial}", dotted), "/c/..x");
}

TEST(Expand, RejectsAMissingValue) {
    ModemAttributes nameless = bgs2w;
    nameless.serial.clear();
    const auto path = expand("/c/{serial}.pem", nameless);
    ASSERT_FALSE(path);
    EXPECT_EQ(to_string(path.error()), R"(cannot expand "/c/{serial}.pem": the modem has no serial )"
                                       "(use another placeholder, or another policy for this modem)");
    EXPECT_EQ(expand("/c/{imei}.pem", nameless), "/c/356938035643809.pem");
}

TEST(Locate, FindsCredentialsInTheirDirectory) {
    const Source key{.kind = SourceKind::credential, .name = "{imei}.key"};
    EXPECT_EQ(locate(key, bgs2w, "/run/credentials/bgs2d.service"),
              std::filesystem::path("/run/credentials/bgs2d.service/356938035643809.key"));
    const Source file{.kind = SourceKind::file, .name = "/c/{model}"};
    EXPECT_EQ(locate(file, bgs2w, "/run/credentials/bgs2d.service"), std::filesystem::path("/c/BGS2-W"));
}

TEST(Locate, ReportsThatSystemdPassedNoCredentials) {
    const auto path = locate({.kind = SourceKind::credential, .name = "{imei}.key"}, bgs2w, "");
    ASSERT_FALSE(path);
    EXPECT_EQ(path.error(),
              (Error{ErrorCode::not_found,
                     R"(cannot find credential "356938035643809.key": systemd passed no credentials)",
                     "add LoadCredential= or LoadCredentialEncrypted= to bgs2d.service"}));
}

TEST(Locate, RejectsAKeyOnAToken) {
    const auto path =
        locate({.kind = SourceKind::pkcs11, .name = "pkcs11:object={imei}"}, bgs2w, "/run/credentials");
    ASSERT_FALSE(path);
    EXPECT_EQ(path.error().code, ErrorCode::invalid_argument);
    EXPECT_EQ(path.error().what, R"("pkcs11:object=356938035643809" is on a token, not in a file)");
}

TEST(TokenUri, InsertsModemAttributesPercentEncoded) {
    const Source key{.kind = SourceKind::pkcs11, .name = "pkcs11:token=gateway;object={model}-{serial}"};
    EXPECT_EQ(token_uri(key, bgs2w), "pkcs11:token=gateway;object=BGS2-W-A6008isP");
    ModemAttributes strange = bgs2w;
    strange.serial = "a;type=cert?x&\xc3\xa4 %";
    EXPECT_EQ(token_uri(key, strange),
              "pkcs11:token=gateway;object=BGS2-W-a%3Btype%3Dcert%3Fx%26%C3%A4%20%25");
}

TEST(TokenUri, RejectsAnEmptyOrUnsafeValue) {
    const Source key{.kind = SourceKind::pkcs11,
                     .name = "pkcs11:object=a?pin-source=file:/run/pins/{serial}"};
    for (const std::string& value : {""s, "../x"s, ".."s, "a\0b"s}) {
        ModemAttributes hostile = bgs2w;
        hostile.serial = value;
        const auto uri = token_uri(key, hostile);
        ASSERT_FALSE(uri) << value;
        EXPECT_EQ(uri.error().code, ErrorCode::invalid_argument);
    }
}

} // namespace
} // namespace bgs2::policy
