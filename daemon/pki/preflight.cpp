// SPDX-License-Identifier: Apache-2.0
#include "daemon/pki/preflight.h"

#include "daemon/base/counted.h"
#include "daemon/base/frame_sizes.h"

#include <fmt/format.h>
#include <openssl/objects.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace bgs2::pki {
namespace {

std::string written(std::chrono::sys_seconds instant) {
    using namespace std::chrono;
    const auto day = floor<days>(instant);
    const year_month_day date(day);
    const hh_mm_ss time(instant - day);
    return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02} UTC", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                       time.hours().count(), time.minutes().count(), time.seconds().count());
}

/// "SHA256" of "sha256WithRSAEncryption"; empty if the algorithm has no hash of its own.
std::string_view hash_of(const std::string& signature_algorithm) {
    int hash = NID_undef;
    if (OBJ_find_sigid_algs(OBJ_txt2nid(signature_algorithm.c_str()), &hash, nullptr) != 1 ||
        hash == NID_undef)
        return {};
    return OBJ_nid2sn(hash);
}

std::string listed(const Family& family) {
    std::string text;
    for (const std::string_view hash : family.hashes) {
        if (!hash.empty())
            text.append(text.empty() ? "" : " and ").append(hash);
    }
    return text;
}

bool is_client(const SlotCandidate& candidate) {
    return candidate.address == client_address;
}

bool is_server(const SlotCandidate& candidate) {
    return candidate.address.store == Store::tls && !is_client(candidate);
}

/// Collects the findings about a set of slots.
class Preflight {
  public:
    Preflight(std::span<const SlotCandidate> all, const Family& family, std::chrono::sys_seconds now,
              Severity beyond_family)
      : all_(all)
      , family_(family)
      , now_(now)
      , beyond_family_(beyond_family) {}

    std::vector<Finding> findings() && {
        for (current_ = 0; current_ < all_.size(); ++current_) {
            const SlotCandidate& candidate = all_[current_];
            add_warnings(*candidate.key_pair);
            check_key(candidate);
            check_validity(candidate);
            check_length(*candidate.key_pair);
            check_family(*candidate.key_pair);
            check_role(candidate);
            check_repetition(candidate);
        }
        std::ranges::stable_partition(findings_,
                                      [](const Finding& f) { return f.severity == Severity::error; });
        return std::move(findings_);
    }

  private:
    void add(Severity severity, ErrorCode code, const std::string& what, std::string hint) {
        const std::string& name = all_[current_].name;
        findings_.push_back(
            {.severity = severity,
             .error = {code, name.empty() ? what : fmt::format("{}: {}", name, what), std::move(hint)},
             .candidate = current_});
    }

    void add_warnings(const KeyPair& key_pair) {
        for (const Error& warning : key_pair.warnings)
            add(Severity::warning, warning.code, warning.what, warning.hint);
    }

    void check_key(const SlotCandidate& candidate) {
        const KeyPair& key_pair = *candidate.key_pair;
        if (!is_client(candidate) && !key_pair.key.empty())
            add(Severity::error, ErrorCode::invalid_argument,
                is_server(candidate) ? fmt::format("{} is for a server certificate and takes no private key",
                                                   to_string(candidate.address))
                                     : "only the store is_cert takes a private key",
                "omit the private key, or use slot 0 of is_cert, the slot for the client certificate");
        if (is_client(candidate) && key_pair.key.empty())
            add(Severity::warning, ErrorCode::invalid_argument,
                "slot 0 is for the client certificate, but its private key is missing",
                fmt::format(
                    "add the certificate's private key, or use slots 1 to {} for a server certificate",
                    highest_slot));
        const Certificate& certificate = key_pair.chain.front();
        if (key_pair.private_key && !key_pair.private_key->matches(certificate))
            add(Severity::error, ErrorCode::key_mismatch,
                fmt::format("the private key does not match the certificate of {}", certificate.subject()),
                key_pair.chain.size() > 1 ? "use the key that the certificate was requested with, and "
                                            "check that this certificate is the first in its file"
                                          : "use the key that the certificate was requested with");
    }

    void check_validity(const SlotCandidate& candidate) {
        const bool clock_is_set = now_ >= clock_was_set_after;
        if (!clock_is_set)
            add(Severity::error, ErrorCode::not_yet_valid,
                fmt::format("the system clock is not set: it shows {}", written(now_)),
                "set it, or run 'timedatectl set-ntp true' to take it from the network");
        for (const Certificate& certificate : candidate.key_pair->chain) {
            if (now_ > certificate.not_after())
                add(Severity::error, ErrorCode::expired,
                    fmt::format("the certificate of {} expired on {}", certificate.subject(),
                                written(certificate.not_after())),
                    "renew it; if it should still be valid, check the system clock");
            if (clock_is_set && now_ < certificate.not_before())
                add(Severity::error, ErrorCode::not_yet_valid,
                    fmt::format("the certificate of {} is not valid before {}", certificate.subject(),
                                written(certificate.not_before())),
                    fmt::format("check the system clock: it shows {}", written(now_)));
        }
    }

    void check_length(const KeyPair& key_pair) {
        std::size_t length = frame_header_size + parameter_header_size + slot_number_size +
                             parameter_header_size + key_pair.certificate.size();
        if (!key_pair.key.empty())
            length += parameter_header_size + key_pair.key.size();
        if (length > max_frame_size)
            add(Severity::error, ErrorCode::too_much_data,
                fmt::format("certificate and key make a frame of {} bytes; the maximum is {}", length,
                            max_frame_size),
                "send fewer certificates; the format der sends the first only");
    }

    void refused_by_family(const std::string& what, const std::string& advice) {
        add(beyond_family_, ErrorCode::not_supported,
            fmt::format("{}; this limit of the {} is assumed, not documented", what, family_.name),
            beyond_family_ == Severity::error
                ? fmt::format(
                      "{}, or set family-limits = \"warn\" in the policy's [provision] to try it anyway",
                      advice)
                : fmt::format("if the modem refuses it, {}", advice));
    }

    void check_family(const KeyPair& key_pair) {
        const Certificate& certificate = key_pair.chain.front();
        if (family_.rsa_bits != 0) {
            const std::string advice =
                fmt::format("use a certificate for an RSA key of {} bits", family_.rsa_bits);
            const auto key = certificate.public_key();
            if (!key)
                refused_by_family(key.error().what, advice);
            else if (key->kind() != KeyKind::rsa || key->bits() > family_.rsa_bits)
                refused_by_family(
                    fmt::format("its key has {} bits ({}), but a {} accepts RSA of up to {} bits",
                                key->bits(), word(key->kind()), family_.name, family_.rsa_bits),
                    advice);
        }
        const std::string algorithm = certificate.signature_algorithm();
        const std::string_view hash = hash_of(algorithm);
        if (!family_.hashes.front().empty() &&
            (hash.empty() || std::ranges::find(family_.hashes, hash) == family_.hashes.end()))
            refused_by_family(fmt::format("it is signed with {}, but a {} accepts {}", algorithm,
                                          family_.name, listed(family_)),
                              fmt::format("use a certificate signed with one of {}", listed(family_)));
        // DER is a SEQUENCE, PEM is text.
        if (!family_.pem && key_pair.certificate.front() != std::byte{0x30})
            refused_by_family(
                fmt::format("it is sent as PEM with {}, but a {} accepts one certificate as DER only",
                            counted(key_pair.chain.size(), "certificate"), family_.name),
                "use the format der");
    }

    void check_role(const SlotCandidate& candidate) {
        const Certificate& certificate = candidate.key_pair->chain.front();
        if (is_server(candidate) && !certificate.is_ca())
            add(Severity::warning, ErrorCode::invalid_certificate,
                fmt::format("the certificate of {} is not a CA certificate: a modem verifies servers with "
                            "it, and it verifies itself only",
                            certificate.subject()),
                "use the certificate of the CA that signs the server certificates");
        if (is_client(candidate) && std::ranges::any_of(all_, holds_authority) && !is_vouched_for(candidate))
            add(Severity::warning, ErrorCode::invalid_certificate,
                fmt::format(
                    "the certificate of {}, signed by {}, does not chain to any CA in the other slots",
                    certificate.subject(), certificate.issuer()),
                "check that both belong to the same PKI; ignore this if servers and clients have different "
                "CAs");
    }

    static bool holds_authority(const SlotCandidate& candidate) {
        return is_server(candidate) && std::ranges::any_of(candidate.key_pair->chain, &Certificate::is_ca);
    }

    /// Whether the client certificate chains to one in another slot, through any of the issuers present.
    [[nodiscard]] bool is_vouched_for(const SlotCandidate& client) const {
        struct Issuer {
            const Certificate* certificate;
            bool anchor; ///< in another slot
        };
        std::vector<Issuer> issuers;
        for (const SlotCandidate& each : all_) {
            for (const Certificate& certificate : each.key_pair->chain) {
                if (&each == &client || is_server(each))
                    issuers.push_back({.certificate = &certificate, .anchor = &each != &client});
            }
        }
        const Certificate& first = client.key_pair->chain.front();
        std::vector<const Certificate*> reached{&first};
        for (std::size_t i = 0; i < reached.size(); ++i) {
            for (const auto& [certificate, anchor] : issuers) {
                if (!reached[i]->is_issued_by(*certificate))
                    continue;
                if (anchor)
                    return true;
                if (std::ranges::find(reached, certificate) == reached.end())
                    reached.push_back(certificate);
            }
        }
        return false;
    }

    void check_repetition(const SlotCandidate& candidate) {
        const KeyPair& key_pair = *candidate.key_pair;
        for (const SlotCandidate& earlier : all_.first(current_)) {
            if (candidate.address.store != Store::tls || earlier.address.store != Store::tls ||
                earlier.key_pair->chain.front() != key_pair.chain.front())
                continue;
            add(Severity::warning, ErrorCode::invalid_argument,
                fmt::format("the certificate of {} is also in {}", key_pair.chain.front().subject(),
                            to_string(earlier.address)),
                "check that neither slot is meant for another certificate");
            return;
        }
    }

    std::span<const SlotCandidate> all_;
    const Family& family_;
    std::chrono::sys_seconds now_;
    Severity beyond_family_;
    std::size_t current_ = 0;
    std::vector<Finding> findings_;
};

} // namespace

std::vector<Finding> preflight(std::span<const SlotCandidate> all, const Family& family,
                               std::chrono::sys_seconds now, Severity beyond_family) {
    return Preflight(all, family, now, beyond_family).findings();
}

const Error* blocking(const std::vector<Finding>& findings) {
    const auto found = std::ranges::find(findings, Severity::error, &Finding::severity);
    return found == findings.end() ? nullptr : &found->error;
}

} // namespace bgs2::pki
