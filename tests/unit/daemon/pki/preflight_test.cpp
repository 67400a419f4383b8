// SPDX-License-Identifier: Apache-2.0
#include "daemon/pki/preflight.h"
#include "tests/support/identity.h"

#include <gmock/gmock.h>

#include <ranges>
#include <vector>

namespace bgs2::pki {
namespace {

using test::Algorithm;
using test::Identity;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

constexpr std::chrono::sys_seconds now = std::chrono::sys_days{2026y / 5 / 4};
const Family& bgs2 = family_of("BGS2-W");
const Family& unknown = family_of("XYZ");

KeyPair key_pair_of(const Identity& identity, const Identity* key = nullptr) {
    KeyPair key_pair;
    key_pair.certificate = identity.certificate_der();
    key_pair.chain.push_back(identity.certificate());
    if (key != nullptr) {
        key_pair.private_key = key->key();
        key_pair.key = value_or_throw(key->key().to_der(KeyFormat::pkcs8));
    }
    return key_pair;
}

testing::Matcher<const Finding&> finding(Severity severity, ErrorCode code, const std::string& what,
                                         std::size_t candidate = 0) {
    return testing::AllOf(
        testing::Field(&Finding::severity, severity), testing::Field(&Finding::candidate, candidate),
        testing::Field(&Finding::error, testing::AllOf(testing::Field(&Error::code, code),
                                                       testing::Field(&Error::what, HasSubstr(what)),
                                                       testing::Field(&Error::hint, testing::Not("")))));
}

testing::Matcher<const Finding&> error(ErrorCode code, const std::string& what, std::size_t at = 0) {
    return finding(Severity::error, code, what, at);
}

testing::Matcher<const Finding&> warning(ErrorCode code, const std::string& what, std::size_t at = 0) {
    return finding(Severity::warning, code, what, at);
}

class PreflightTest : public testing::Test {
  protected:
    static void SetUpTestSuite() {
        ca = std::make_unique<Identity>(
            Identity::make({.common_name = "Root", .algorithm = Algorithm::rsa2048, .ca = true}));
        client = std::make_unique<Identity>(
            Identity::make({.common_name = "Client", .algorithm = Algorithm::rsa2048, .issuer = ca.get()}));
    }
    static void TearDownTestSuite() {
        client.reset();
        ca.reset();
    }

    /// The findings about one key pair alone.
    static std::vector<Finding> check(const KeyPair& key_pair, unsigned slot,
                                      std::chrono::sys_seconds at = now) {
        return check({in(slot, key_pair)}, at);
    }

    static std::vector<Finding> check(const std::vector<SlotCandidate>& all,
                                      std::chrono::sys_seconds at = now) {
        return preflight(all, bgs2, at);
    }

    static SlotCandidate in(unsigned slot, const KeyPair& key_pair) {
        return {.address = {.slot = slot}, .name = "", .key_pair = &key_pair};
    }

    // They take their time to make, and no test changes them.
    inline static std::unique_ptr<Identity> ca;
    inline static std::unique_ptr<Identity> client;
};

TEST_F(PreflightTest, AcceptsValidCertificatesAndKeys) {
    const KeyPair with_key = key_pair_of(*client, client.get());
    const KeyPair root = key_pair_of(*ca);
    EXPECT_THAT(check({in(0, with_key), in(1, root)}), IsEmpty());
    EXPECT_THAT(check({}), IsEmpty());
    EXPECT_EQ(blocking({}), nullptr);
}

TEST_F(PreflightTest, NamesTheSlotCandidateOfAFinding) {
    const KeyPair root = key_pair_of(*ca);
    const KeyPair broken = key_pair_of(*client, ca.get());
    const auto findings = check({{.address = {.slot = 1}, .name = "slot 1 (/a)", .key_pair = &root},
                                 {.address = {.slot = 0}, .name = "slot 0 (/b)", .key_pair = &broken}});
    ASSERT_THAT(findings, ElementsAre(error(ErrorCode::key_mismatch, "CN=Client", 1)));
    EXPECT_THAT(findings.front().error.what, testing::StartsWith("slot 0 (/b): the private key"));
}

TEST_F(PreflightTest, RefusesAKeyThatBelongsToAnotherCertificate) {
    KeyPair key_pair = key_pair_of(*client, ca.get());
    const auto findings = check(key_pair, 0);
    EXPECT_THAT(findings, ElementsAre(error(ErrorCode::key_mismatch, "CN=Client,O=Example")));
    ASSERT_NE(blocking(findings), nullptr);
    EXPECT_EQ(blocking(findings)->code, ErrorCode::key_mismatch);
    key_pair.chain.push_back(ca->certificate());
    EXPECT_THAT(check(key_pair, 0).front().error.hint, HasSubstr("the first in its file"));
}

TEST_F(PreflightTest, RefusesAKeyInAServerSlot) {
    EXPECT_THAT(check(key_pair_of(*ca, ca.get()), 3),
                ElementsAre(error(ErrorCode::invalid_argument, "slot 3")));
}

TEST_F(PreflightTest, RefusesAKeyInAnotherStore) {
    const KeyPair with_key = key_pair_of(*client, client.get());
    EXPECT_THAT(check({{.address = {.store = Store::management}, .name = "", .key_pair = &with_key}}),
                ElementsAre(error(ErrorCode::invalid_argument, "only the store is_cert")));
    const KeyPair without = key_pair_of(*client);
    EXPECT_THAT(check({{.address = {.store = Store::management}, .name = "", .key_pair = &without}}),
                IsEmpty());
}

TEST_F(PreflightTest, WarnsOfAClientCertificateWithoutItsKey) {
    const auto findings = check(key_pair_of(*client), 0);
    EXPECT_THAT(findings, ElementsAre(warning(ErrorCode::invalid_argument, "its private key is missing")));
    EXPECT_THAT(findings.front().error.hint, HasSubstr("slots 1 to 30"));
    EXPECT_EQ(blocking(findings), nullptr);
}

TEST_F(PreflightTest, RefusesAnExpiredOrNotYetValidCertificate) {
    const KeyPair key_pair = key_pair_of(Identity::make({.common_name = "Soon",
                                                         .algorithm = Algorithm::rsa2048,
                                                         .not_before = std::chrono::sys_days{2027y / 1 / 1},
                                                         .ca = true}));
    const auto before = key_pair.chain.front().not_before();
    const auto after = key_pair.chain.front().not_after();
    EXPECT_THAT(check(key_pair, 1, before), IsEmpty());
    EXPECT_THAT(check(key_pair, 1, after), IsEmpty());
    EXPECT_THAT(check(key_pair, 1, before - 1s),
                ElementsAre(error(ErrorCode::not_yet_valid, "2027-01-01 00:00:00 UTC")));
    EXPECT_THAT(check(key_pair, 1, after + 1s),
                ElementsAre(error(ErrorCode::expired, "expired on 2049-12-31 00:00:00 UTC")));
}

TEST_F(PreflightTest, ReportsAnUnsetClockInsteadOfANotYetValidCertificate) {
    const KeyPair root = key_pair_of(*ca);
    EXPECT_THAT(check(root, 1, clock_was_set_after), IsEmpty());
    for (const std::chrono::sys_seconds at : {std::chrono::sys_seconds(), clock_was_set_after - 1s})
        EXPECT_THAT(check(root, 1, at),
                    ElementsAre(error(ErrorCode::not_yet_valid, "the system clock is not set: it shows ")));
    EXPECT_THAT(check(root, 1, std::chrono::sys_seconds()).front().error.what,
                testing::EndsWith("1970-01-01 00:00:00 UTC"));
}

TEST_F(PreflightTest, ChecksEveryCertificateThatIsSent) {
    KeyPair key_pair = key_pair_of(*ca);
    key_pair.chain.push_back(
        Identity::make({.common_name = "Old", .not_after = std::chrono::sys_days{2021y / 1 / 1}})
            .certificate());
    EXPECT_THAT(check(key_pair, 1), ElementsAre(error(ErrorCode::expired, "CN=Old,O=Example")));
}

TEST_F(PreflightTest, RefusesAFrameOf65536Bytes) {
    KeyPair key_pair = key_pair_of(*ca);
    key_pair.certificate.resize(65'535 - 6 - 6 - 4);
    EXPECT_THAT(check(key_pair, 1), IsEmpty());
    key_pair.certificate.resize(65'536 - 6 - 6 - 4);
    EXPECT_THAT(check(key_pair, 1), ElementsAre(error(ErrorCode::too_much_data, "65536 bytes")));

    KeyPair with_key = key_pair_of(*client, client.get());
    with_key.certificate.resize(65'535 - 6 - 6 - 4 - 4 - with_key.key.size());
    EXPECT_THAT(check(with_key, 0), IsEmpty());
    with_key.certificate.resize(with_key.certificate.size() + 1);
    EXPECT_THAT(check(with_key, 0), ElementsAre(error(ErrorCode::too_much_data, "65536 bytes")));
}

TEST_F(PreflightTest, RefusesOrWarnsOfAlgorithmsBeyondTheFamilyLimits) {
    struct Row {
        Algorithm algorithm;
        const char* digest;
        std::vector<std::string> findings;
    };
    const std::vector<Row> table = {
        {Algorithm::rsa2048, "SHA1", {}},
        {Algorithm::rsa2048, "SHA256", {}},
        {Algorithm::rsa2048,
         "SHA512",
         {"it is signed with sha512WithRSAEncryption, but a BGS2 accepts SHA1 and SHA256; this limit of the "
          "BGS2 is assumed, not documented"}},
        {Algorithm::rsa3072,
         "SHA256",
         {"its key has 3072 bits (RSA), but a BGS2 accepts RSA of up to 2048 bits"}},
        {Algorithm::ec_p256, "SHA256", {"256 bits (EC)"}},
        {Algorithm::ec_p256, "SHA384", {"(EC)", "ecdsa-with-SHA384"}},
        {Algorithm::rsa_pss, "SHA256", {"2048 bits (other)", "rsassaPss"}},
    };
    for (const auto& row : table) {
        const KeyPair key_pair =
            key_pair_of(Identity::make({.algorithm = row.algorithm, .ca = true, .digest = row.digest}));
        const std::vector all{in(1, key_pair)};
        for (const Severity severity : {Severity::error, Severity::warning}) {
            std::vector<testing::Matcher<const Finding&>> expected;
            expected.reserve(row.findings.size());
            for (const std::string& what : row.findings)
                expected.push_back(finding(severity, ErrorCode::not_supported, what));
            const auto findings = preflight(all, bgs2, now, severity);
            EXPECT_THAT(findings, testing::ElementsAreArray(expected));
            for (const Finding& each : findings)
                EXPECT_THAT(
                    each.error.hint,
                    HasSubstr(severity == Severity::error ? "family-limits" : "if the modem refuses it"));
        }
        EXPECT_THAT(preflight(all, unknown, now), IsEmpty()) << "nothing is known of such a model";
    }
}

TEST_F(PreflightTest, RefusesPemIfTheFamilyReadsOnlyDer) {
    KeyPair key_pair = key_pair_of(*ca);
    key_pair.chain.push_back(client->certificate());
    const std::string pem = ca->certificate_pem() + client->certificate_pem();
    key_pair.certificate.assign(as_bytes(pem).begin(), as_bytes(pem).end());
    EXPECT_THAT(check(key_pair, 1),
                ElementsAre(error(ErrorCode::not_supported, "sent as PEM with 2 certificates")));
    const std::vector all{in(1, key_pair)};
    EXPECT_THAT(preflight(all, bgs2, now, Severity::warning),
                ElementsAre(warning(ErrorCode::not_supported, "sent as PEM")));
    EXPECT_THAT(preflight(all, unknown, now), IsEmpty());
}

TEST_F(PreflightTest, WarnsOfANonCaCertificateInAServerSlot) {
    EXPECT_THAT(
        check(key_pair_of(*client), 2),
        ElementsAre(warning(ErrorCode::invalid_certificate, "CN=Client,O=Example is not a CA certificate")));
}

TEST_F(PreflightTest, WarnsOfACertificateThatIsInTwoSlots) {
    const KeyPair one = key_pair_of(*ca);
    const KeyPair other = key_pair_of(*ca);
    EXPECT_THAT(check({in(1, one), in(4, other)}),
                ElementsAre(warning(ErrorCode::invalid_argument, "is also in slot 1", 1)));
    EXPECT_THAT(check({in(1, one),
                       {.address = {.store = Store::management, .slot = 1}, .name = "", .key_pair = &other}}),
                IsEmpty())
        << "each store is for itself";
}

class ChainTest : public PreflightTest {
  protected:
    /// The findings about a client whose chain is `chain`, with `anchors` in the slots from 1 on.
    static std::vector<Finding> check_chain(const std::vector<const Identity*>& chain,
                                            const std::vector<const Identity*>& anchors) {
        KeyPair first = key_pair_of(*chain.front(), chain.front());
        for (const Identity* each : chain | std::views::drop(1))
            first.chain.push_back(each->certificate());
        std::vector<KeyPair> others;
        for (const Identity* each : anchors)
            others.push_back(key_pair_of(*each));
        std::vector<SlotCandidate> all{in(0, first)};
        for (const KeyPair& each : others)
            all.push_back(in(static_cast<unsigned>(all.size()), each));
        return preflight(all, unknown, now);
    }

    static testing::Matcher<std::vector<Finding>> chains_to_no_ca() {
        return ElementsAre(
            warning(ErrorCode::invalid_certificate, "does not chain to any CA in the other slots"));
    }

    const Identity root_ = Identity::make({.common_name = "Chain Root", .ca = true});
    const Identity intermediate_ =
        Identity::make({.common_name = "Intermediate", .ca = true, .issuer = &root_});
    const Identity leaf_ = Identity::make({.common_name = "Leaf", .issuer = &intermediate_});
};

TEST_F(ChainTest, IsFollowedThroughSentCertificatesAndOtherSlots) {
    EXPECT_THAT(check_chain({&leaf_}, {&intermediate_}), IsEmpty());
    EXPECT_THAT(check_chain({&leaf_, &intermediate_}, {&root_}), IsEmpty());
    EXPECT_THAT(check_chain({&leaf_}, {&root_, &intermediate_}), IsEmpty());
}

TEST_F(ChainTest, IsNotRequiredIfNoOtherSlotHoldsACa) {
    EXPECT_THAT(check_chain({&leaf_}, {}), IsEmpty());
}

TEST_F(ChainTest, IsReportedIncompleteIfAnIssuerIsMissing) {
    EXPECT_THAT(check_chain({&leaf_}, {&root_}), chains_to_no_ca());
    EXPECT_THAT(check_chain({&leaf_, &intermediate_}, {ca.get()}), chains_to_no_ca());
}

TEST_F(ChainTest, IsVerifiedBySignaturesNotByNames) {
    const Identity fake_identity = Identity::make({.common_name = "Intermediate", .ca = true});
    EXPECT_THAT(check_chain({&leaf_}, {&fake_identity}), chains_to_no_ca());
}

TEST_F(ChainTest, EndsAtACycleOfIssuers) {
    const Identity self = Identity::make({.common_name = "Self"});
    EXPECT_THAT(check_chain({&self, &self}, {ca.get()}), chains_to_no_ca());
}

TEST_F(PreflightTest, NamesErrorsBeforeWarnings) {
    const Identity old = Identity::make({.not_after = std::chrono::sys_days{2021y / 1 / 1}});
    const KeyPair first = key_pair_of(*client);
    const KeyPair second = key_pair_of(old);
    EXPECT_THAT(preflight(std::vector{in(0, first), in(1, second)}, bgs2, now, Severity::warning),
                ElementsAre(error(ErrorCode::expired, "expired", 1),
                            warning(ErrorCode::invalid_argument, "slot 0", 0),
                            warning(ErrorCode::not_supported, "(EC)", 1),
                            warning(ErrorCode::invalid_certificate, "not a CA certificate", 1)));
}

TEST(Family, IsFoundByThePrefixOfTheModel) {
    EXPECT_EQ(family_of("BGS2-W").name, "BGS2");
    EXPECT_EQ(family_of("BGS2-E").name, "BGS2");
    for (const auto* model : {"", "BGS", "EHS5-E", "xBGS2"}) {
        EXPECT_EQ(family_of(model).name, "") << model;
        EXPECT_EQ(family_of(model).rsa_bits, 0) << model;
    }
}

} // namespace
} // namespace bgs2::pki
