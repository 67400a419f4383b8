#include "daemon/pki/preflight.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace bgs2::pki {

namespace {

/// What is known to suit a BGS2; anything else is sent with a warning, since no list of it was ever
/// published.
struct KnownKey {
    KeyKind kind;
    int max_bits;
};
constexpr std::array known_keys{KnownKey{KeyKind::rsa, 2048}};
constexpr std::array<std::string_view, 4> known_signatures{"sha1WithRSAEncryption", "sha256WithRSAEncryption",
                                                           "ecdsa-with-SHA1", "ecdsa-with-SHA256"};

// protocol.md §1: the length of a frame is a uint16, and a parameter counts its own length and id.
constexpr std::size_t frame_limit = 65'536;
constexpr std::size_t frame_header = 6;
constexpr std::size_t parameter_header = 4;
constexpr std::size_t slot_parameter = 6;

std::string written(std::chrono::sys_seconds instant) {
    using namespace std::chrono;
    const auto day = floor<days>(instant);
    const year_month_day date(day);
    const hh_mm_ss time(instant - day);
    return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02} UTC", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                       time.hours().count(), time.minutes().count(), time.seconds().count());
}

class Findings {
  public:
    void error(ErrorCode code, std::string what, std::string hint) {
        add(Severity::error, {code, std::move(what), std::move(hint)});
    }
    void warning(ErrorCode code, std::string what, std::string hint) {
        add(Severity::warning, {code, std::move(what), std::move(hint)});
    }
    std::vector<Finding> sorted() {
        std::ranges::stable_partition(list_, [](const Finding& f) { return f.severity == Severity::error; });
        return std::move(list_);
    }

  private:
    void add(Severity severity, Error error) { list_.push_back({severity, std::move(error)}); }
    std::vector<Finding> list_;
};

void check_key(const Credential& credential, unsigned slot, Findings& findings) {
    if (slot != 0 && !credential.key.empty())
        findings.error(ErrorCode::invalid_argument,
                       fmt::format("slot {} holds a server certificate and can not take a private key", slot),
                       "leave the private key out, or use slot 0, the one for the client certificate");
    if (slot == 0 && credential.key.empty())
        findings.warning(ErrorCode::invalid_argument,
                         "slot 0 is for the client certificate, but no private key goes with it",
                         "give the certificate's private key, or use slots 1 to 10 for a server certificate");
    const Certificate& certificate = credential.chain.front();
    if (credential.private_key && !credential.private_key->matches(certificate))
        findings.error(
            ErrorCode::key_mismatch,
            fmt::format("the private key does not belong to the certificate of {}", certificate.subject()),
            credential.chain.size() > 1 ? "use the key that the certificate was requested with, and check "
                                          "that this certificate is the first one in its file"
                                        : "use the key that the certificate was requested with");
}

void check_validity(const Certificate& certificate, std::chrono::sys_seconds now, Findings& findings) {
    if (now > certificate.not_after())
        findings.error(ErrorCode::expired,
                       fmt::format("the certificate of {} expired on {}", certificate.subject(),
                                   written(certificate.not_after())),
                       "have it renewed; if it should still be valid, check this computer's clock");
    if (now < certificate.not_before())
        findings.error(ErrorCode::not_yet_valid,
                       fmt::format("the certificate of {} is not valid before {}", certificate.subject(),
                                   written(certificate.not_before())),
                       fmt::format("check this computer's clock: it shows {}", written(now)));
}

void check_length(const Credential& credential, Findings& findings) {
    std::size_t length = frame_header + slot_parameter + parameter_header + credential.certificate.size();
    if (!credential.key.empty())
        length += parameter_header + credential.key.size();
    if (length >= frame_limit)
        findings.error(ErrorCode::too_much_data,
                       fmt::format("certificate and key make a frame of {} octets, and it must stay below {}",
                                   length, frame_limit),
                       "send fewer certificates: the first one alone with the format der");
}

void check_family(const Credential& credential, Findings& findings) {
    const Certificate& certificate = credential.chain.front();
    constexpr std::string_view tell =
        "it is sent all the same; if the modem refuses it, use an RSA key of 2048 bits "
        "and a certificate signed with SHA-256";
    const auto key = certificate.public_key();
    if (!key)
        findings.warning(ErrorCode::not_supported, key.error().what, std::string(tell));
    else if (std::ranges::none_of(known_keys, [&](const KnownKey& known) {
                 return key->kind() == known.kind && key->bits() <= known.max_bits;
             }))
        findings.warning(
            ErrorCode::not_supported,
            fmt::format("that BGS2 takes a certificate for a key of {} bits ({}) is assumed, not known",
                        key->bits(), word(key->kind())),
            std::string(tell));
    if (const std::string signature = certificate.signature_algorithm();
        std::ranges::find(known_signatures, signature) == known_signatures.end())
        findings.warning(
            ErrorCode::not_supported,
            fmt::format("that BGS2 takes a certificate signed with {} is assumed, not known", signature),
            std::string(tell));
    // DER is a SEQUENCE, PEM is text.
    if (credential.certificate.front() != std::byte{0x30})
        findings.warning(
            ErrorCode::not_supported,
            "the certificate is sent as PEM, which only families newer than BGS2 are known to take",
            "use the format der for a BGS2");
}

} // namespace

std::vector<Finding> preflight(const Credential& credential, unsigned slot, std::chrono::sys_seconds now) {
    Findings findings;
    check_key(credential, slot, findings);
    for (const Certificate& certificate : credential.chain)
        check_validity(certificate, now, findings);
    check_length(credential, findings);
    check_family(credential, findings);
    return findings.sorted();
}

const Error* blocking(const std::vector<Finding>& findings) {
    const auto found = std::ranges::find(findings, Severity::error, &Finding::severity);
    return found == findings.end() ? nullptr : &found->error;
}

} // namespace bgs2::pki
