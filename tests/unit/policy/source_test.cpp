#include "daemon/policy/source.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace bgs2::policy {
namespace {

using namespace std::string_literals;

const Subject modem{.imei = "356938035643809",
                    .model = "BGS2-W",
                    .serial = "A6008isP",
                    .port = "platform-serial8250",
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

struct Refusal {
    std::string text;
    std::string what;
};

TEST(Source, RefusesWhatItDoesNotKnowAndSaysWhatItDoes) {
    const std::vector<Refusal> refusals{
        {"", "an empty text is no source (give an absolute path or credential:NAME)"},
        {"certs/a.pem", R"("certs/a.pem" is a relative path (give an absolute path or credential:NAME))"},
        {"../a.pem", R"("../a.pem" is a relative path (give an absolute path or credential:NAME))"},
        {"a/b:c", R"("a/b:c" is a relative path (give an absolute path or credential:NAME))"},
        {":a", R"(":a" is a relative path (give an absolute path or credential:NAME))"},
        {"/etc/bgs2d/", R"("/etc/bgs2d/" is a directory (give an absolute path or credential:NAME))"},
        {"/a\0b"s, "a source can not hold a NUL (give an absolute path or credential:NAME)"},
        {"file:/a", R"("file:" is an unknown scheme (give an absolute path or credential:NAME))"},
        {"credential:", R"("" is no credential's name (a plain file name follows credential:))"},
        {"credential:..", R"(".." is no credential's name (a plain file name follows credential:))"},
        {"credential:a/b", R"("a/b" is no credential's name (a plain file name follows credential:))"},
        {"/a/{imsi}",
         R"("/a/{imsi}" has the unknown placeholder {imsi} (known are {imei}, {model} and {serial}))"},
        {"/a/{}", R"("/a/{}" has the unknown placeholder {} (known are {imei}, {model} and {serial}))"},
        {"/a/{imei", R"("/a/{imei" does not close its placeholder (known are {imei}, {model} and {serial}))"},
        {"/a/imei}",
         R"("/a/imei}" closes a placeholder that it did not open (known are {imei}, {model} and {serial}))"},
        {"/a/{{imei}}",
         R"("/a/{{imei}}" has the unknown placeholder {{imei} (known are {imei}, {model} and {serial}))"},
    };
    for (const auto& [text, what] : refusals) {
        const auto source = parse_source(text);
        ASSERT_FALSE(source) << text;
        EXPECT_EQ(to_string(source.error()), what);
        EXPECT_EQ(source.error().code, ErrorCode::invalid_argument);
    }
}

TEST(Source, DoesNotRepeatThePinOfAPkcs11Uri) {
    const auto source = parse_source("pkcs11:token=gateway;object=client?pin-value=1234");
    ASSERT_FALSE(source);
    EXPECT_EQ(to_string(source.error()),
              R"("pkcs11:" is an unknown scheme (give an absolute path or credential:NAME))");
}

TEST(Expand, PutsInWhatIsKnownOfTheModem) {
    EXPECT_EQ(expand("/c/{model}/{imei}-{serial}.pem", modem), "/c/BGS2-W/356938035643809-A6008isP.pem");
    EXPECT_EQ(expand("{imei}{imei}", modem), "356938035643809356938035643809");
    EXPECT_EQ(expand("/plain", modem), "/plain");
    EXPECT_EQ(expand("", modem), "");
}

TEST(Expand, DoesNotLookIntoValues) {
    Subject strange = modem;
    strange.model = "{imei}";
    EXPECT_EQ(expand("/{model}", strange), "/{imei}");
}

TEST(Expand, ConfinesAValueToOneFileName) {
    for (const std::string& value : {"/"s, "../x"s, "a/b"s, "."s, ".."s, "a\0b"s}) {
        Subject hostile = modem;
        hostile.serial = value;
        const auto path = expand("/c/{serial}", hostile);
        ASSERT_FALSE(path) << value;
        EXPECT_EQ(path.error().code, ErrorCode::invalid_argument);
        EXPECT_TRUE(path.error().what.ends_with("can not be a part of a file name")) << path.error().what;
    }
    Subject dotted = modem;
    dotted.serial = "..x";
    EXPECT_EQ(expand("/c/{serial}", dotted), "/c/..x");
}

TEST(Expand, RefusesAValueThatIsNotThere) {
    Subject nameless = modem;
    nameless.serial.clear();
    const auto path = expand("/c/{serial}.pem", nameless);
    ASSERT_FALSE(path);
    EXPECT_EQ(to_string(path.error()), R"(this modem has no serial to put into "/c/{serial}.pem" )"
                                       "(use another placeholder, or another policy for such modems)");
    EXPECT_EQ(expand("/c/{imei}.pem", nameless), "/c/356938035643809.pem");
}

TEST(Locate, FindsCredentialsInTheirDirectory) {
    const Source key{.kind = SourceKind::credential, .name = "{imei}.key"};
    EXPECT_EQ(locate(key, modem, "/run/credentials/bgs2d.service"),
              std::filesystem::path("/run/credentials/bgs2d.service/356938035643809.key"));
    const Source file{.kind = SourceKind::file, .name = "/c/{model}"};
    EXPECT_EQ(locate(file, modem, "/run/credentials/bgs2d.service"), std::filesystem::path("/c/BGS2-W"));
}

TEST(Locate, SaysSoIfThereAreNoCredentials) {
    const auto path = locate({.kind = SourceKind::credential, .name = "{imei}.key"}, modem, "");
    ASSERT_FALSE(path);
    EXPECT_EQ(path.error(),
              (Error{ErrorCode::not_found,
                     R"(there is no credential "356938035643809.key", systemd passed none at all)",
                     "add LoadCredential= or LoadCredentialEncrypted= to bgs2d.service"}));
}

} // namespace
} // namespace bgs2::policy
