#include "daemon/pki/preflight.h"
#include "tests/support/identity.h"

#include <gmock/gmock.h>

#include <vector>

namespace bgs2::pki {
namespace {

using test::Algorithm;
using test::Identity;
using testing::HasSubstr;
using namespace std::chrono_literals;

constexpr std::chrono::sys_seconds now = std::chrono::sys_days{2026y / 5 / 4};

Credential credential_of(const Identity& identity, const Identity* key = nullptr) {
    Credential credential;
    credential.certificate = identity.certificate_der();
    credential.chain.push_back(identity.certificate());
    if (key != nullptr) {
        credential.private_key = key->key();
        credential.key = value_or_throw(key->key().to_der(KeyFormat::pkcs8));
    }
    return credential;
}

testing::Matcher<const Finding&> finding(Severity severity, ErrorCode code, const std::string& what) {
    return testing::AllOf(
        testing::Field(&Finding::severity, severity),
        testing::Field(&Finding::error, testing::AllOf(testing::Field(&Error::code, code),
                                                       testing::Field(&Error::what, HasSubstr(what)),
                                                       testing::Field(&Error::hint, testing::Not("")))));
}

class Preflight : public testing::Test {
  protected:
    static void SetUpTestSuite() {
        rsa = std::make_unique<Identity>(Identity::make({.algorithm = Algorithm::rsa2048}));
    }
    static void TearDownTestSuite() { rsa.reset(); }
    inline static std::unique_ptr<Identity> rsa; // takes its time to make, and no test changes it
};

TEST_F(Preflight, HasNothingAgainstWhatIsKnownToSuit) {
    EXPECT_THAT(preflight(credential_of(*rsa, rsa.get()), 0, now), testing::IsEmpty());
    EXPECT_THAT(preflight(credential_of(*rsa), 1, now), testing::IsEmpty());
    EXPECT_EQ(blocking({}), nullptr);
}

TEST_F(Preflight, RefusesAKeyThatBelongsToAnotherCertificate) {
    const Identity other = Identity::make({.algorithm = Algorithm::rsa2048});
    Credential credential = credential_of(*rsa, &other);
    const auto findings = preflight(credential, 0, now);
    EXPECT_THAT(findings,
                testing::ElementsAre(finding(Severity::error, ErrorCode::key_mismatch, "CN=Test,O=Example")));
    ASSERT_NE(blocking(findings), nullptr);
    EXPECT_EQ(blocking(findings)->code, ErrorCode::key_mismatch);
    credential.chain.push_back(other.certificate());
    EXPECT_THAT(preflight(credential, 0, now).front().error.hint, HasSubstr("the first one in its file"));
}

TEST_F(Preflight, RefusesAKeyInAServerSlot) {
    EXPECT_THAT(preflight(credential_of(*rsa, rsa.get()), 3, now),
                testing::ElementsAre(finding(Severity::error, ErrorCode::invalid_argument, "slot 3")));
}

TEST_F(Preflight, WarnsOfAClientCertificateWithoutItsKey) {
    const auto findings = preflight(credential_of(*rsa), 0, now);
    EXPECT_THAT(findings, testing::ElementsAre(
                              finding(Severity::warning, ErrorCode::invalid_argument, "no private key")));
    EXPECT_EQ(blocking(findings), nullptr);
}

TEST_F(Preflight, RefusesWhatIsNotValidNow) {
    const Credential credential = credential_of(*rsa);
    const auto before = credential.chain.front().not_before();
    const auto after = credential.chain.front().not_after();
    EXPECT_THAT(preflight(credential, 1, before), testing::IsEmpty());
    EXPECT_THAT(preflight(credential, 1, after), testing::IsEmpty());
    EXPECT_THAT(
        preflight(credential, 1, before - 1s),
        testing::ElementsAre(finding(Severity::error, ErrorCode::not_yet_valid, "2020-01-01 00:00:00 UTC")));
    EXPECT_THAT(preflight(credential, 1, after + 1s),
                testing::ElementsAre(
                    finding(Severity::error, ErrorCode::expired, "expired on 2049-12-31 00:00:00 UTC")));
}

TEST_F(Preflight, LooksAtEveryCertificateThatIsSent) {
    Credential credential = credential_of(*rsa);
    credential.chain.push_back(
        Identity::make({.common_name = "Old", .not_after = std::chrono::sys_days{2021y / 1 / 1}})
            .certificate());
    EXPECT_THAT(preflight(credential, 1, now),
                testing::ElementsAre(finding(Severity::error, ErrorCode::expired, "CN=Old,O=Example")));
}

TEST_F(Preflight, RefusesAFrameOf65536Octets) {
    Credential credential = credential_of(*rsa);
    credential.certificate.resize(65'535 - 6 - 6 - 4);
    EXPECT_THAT(preflight(credential, 1, now), testing::IsEmpty());
    credential.certificate.resize(65'536 - 6 - 6 - 4);
    EXPECT_THAT(preflight(credential, 1, now),
                testing::ElementsAre(finding(Severity::error, ErrorCode::too_much_data, "65536 octets")));

    Credential with_key = credential_of(*rsa, rsa.get());
    with_key.certificate.resize(65'535 - 6 - 6 - 4 - 4 - with_key.key.size());
    EXPECT_THAT(preflight(with_key, 0, now), testing::IsEmpty());
    with_key.certificate.resize(with_key.certificate.size() + 1);
    EXPECT_THAT(preflight(with_key, 0, now),
                testing::ElementsAre(finding(Severity::error, ErrorCode::too_much_data, "65536 octets")));
}

TEST_F(Preflight, WarnsOfWhatIsNotKnownToSuit) {
    struct Row {
        Algorithm algorithm;
        const char* digest;
        std::vector<std::string> warnings;
    };
    const std::vector<Row> table = {
        {Algorithm::rsa2048, "SHA1", {}},
        {Algorithm::rsa2048, "SHA512", {"sha512WithRSAEncryption is assumed"}},
        {Algorithm::rsa3072, "SHA256", {"3072 bits (RSA) is assumed"}},
        {Algorithm::ec_p256, "SHA256", {"256 bits (EC) is assumed"}},
        {Algorithm::ec_p256, "SHA384", {"(EC)", "ecdsa-with-SHA384"}},
        {Algorithm::rsa_pss, "SHA256", {"2048 bits (other)", "rsassaPss"}},
    };
    for (const auto& row : table) {
        const auto findings = preflight(
            credential_of(Identity::make({.algorithm = row.algorithm, .digest = row.digest})), 1, now);
        std::vector<testing::Matcher<const Finding&>> expected;
        expected.reserve(row.warnings.size());
        for (const std::string& warning : row.warnings)
            expected.push_back(finding(Severity::warning, ErrorCode::not_supported, warning));
        EXPECT_THAT(findings, testing::ElementsAreArray(expected));
    }
}

TEST_F(Preflight, WarnsOfPem) {
    Credential credential = credential_of(*rsa);
    const std::string pem = rsa->certificate_pem();
    credential.certificate.assign(as_bytes(pem).begin(), as_bytes(pem).end());
    EXPECT_THAT(preflight(credential, 1, now),
                testing::ElementsAre(finding(Severity::warning, ErrorCode::not_supported, "sent as PEM")));
}

TEST_F(Preflight, NamesErrorsBeforeWarnings) {
    const Identity ec = Identity::make({.not_after = std::chrono::sys_days{2021y / 1 / 1}});
    const auto findings = preflight(credential_of(ec), 0, now);
    EXPECT_THAT(findings,
                testing::ElementsAre(finding(Severity::error, ErrorCode::expired, "expired"),
                                     finding(Severity::warning, ErrorCode::invalid_argument, "slot 0"),
                                     finding(Severity::warning, ErrorCode::not_supported, "(EC)")));
}

} // namespace
} // namespace bgs2::pki
