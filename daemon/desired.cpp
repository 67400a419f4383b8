#include "daemon/desired.h"

#include "daemon/pki/file.h"
#include "daemon/policy/source.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

namespace bgs2 {
namespace {

class Loader {
  public:
    Loader(const policy::Policy& policy, const policy::Subject& subject,
           const std::filesystem::path& credentials)
      : policy_(policy)
      , subject_(subject)
      , credentials_(credentials) {}

    [[nodiscard]] DesiredSlot load(const policy::SlotRule& rule) const {
        const auto certificate_path = locate(rule.certificate);
        const auto file = value_or_throw(pki::File::open(certificate_path));
        const Bytes certificate = value_or_throw(file.read());
        pki::Sources sources{.certificate = certificate,
                             .certificate_name = certificate_path,
                             .key = std::nullopt,
                             .key_name = "",
                             .passphrase = nullptr,
                             .key_from_certificate = rule.address() == policy::client_address};
        std::string lagging;
        pki::Secret key;
        if (rule.private_key) {
            const auto path = locate(*rule.private_key);
            key = read_secret(*rule.private_key);
            sources.key = key.bytes();
            sources.key_name = path;
            lagging = older(certificate_path, path);
        }
        const auto passphrase = read_passphrase(rule.passphrase);
        sources.passphrase = passphrase ? &*passphrase : nullptr;
        auto credential = value_or_throw(pki::load(sources, rule.format, rule.key_format));
        if (!rule.private_key && credential.private_key && is_to_be_private(rule.certificate))
            value_or_throw(file.require_private());
        return {.address = rule.address(),
                .source = certificate_path,
                .credential = std::move(credential),
                .lagging = std::move(lagging)};
    }

    [[nodiscard]] Signing load(const policy::Sign& sign) const {
        const pki::Secret key = read_secret(sign.key);
        const auto passphrase = read_passphrase(sign.passphrase);
        auto signer = std::make_shared<const pki::KeySigner>(value_or_throw(pki::load_private_key(
            key.bytes(), locate(sign.key).native(), passphrase ? &*passphrase : nullptr)));
        return {.signer = std::move(signer), .digest = sign.digest, .imei = sign.imei};
    }

  private:
    [[nodiscard]] std::filesystem::path locate(const policy::Source& source) const {
        return value_or_throw(policy::locate(source, subject_, credentials_));
    }

    /// Who may read credentials is systemd's affair.
    [[nodiscard]] bool is_to_be_private(const policy::Source& source) const {
        return source.kind == policy::SourceKind::file &&
               std::ranges::find(policy_.readable, source) == policy_.readable.end();
    }

    [[nodiscard]] pki::Secret read_secret(const policy::Source& source) const {
        const auto file = value_or_throw(pki::File::open(locate(source)));
        if (is_to_be_private(source))
            value_or_throw(file.require_private());
        return value_or_throw(file.read_secret());
    }

    [[nodiscard]] std::optional<pki::Secret>
    read_passphrase(const std::optional<policy::Source>& source) const {
        if (!source)
            return std::nullopt;
        pki::Secret passphrase = read_secret(*source);
        pki::strip_line_end(passphrase);
        return passphrase;
    }

    /// The file that changed longer ago; nothing if both changed together.
    static std::string older(const std::filesystem::path& one, const std::filesystem::path& other) {
        std::error_code error;
        const auto first = std::filesystem::last_write_time(one, error);
        const auto second = error ? first : std::filesystem::last_write_time(other, error);
        if (error || first == second)
            return {};
        return first < second ? one : other;
    }

    const policy::Policy& policy_;
    const policy::Subject& subject_;
    const std::filesystem::path& credentials_;
};

} // namespace

Expected<Desired> load_desired(const policy::Policy& policy, const policy::Subject& subject,
                               const std::filesystem::path& credentials) {
    const Loader loader(policy, subject, credentials);
    Desired desired;
    std::string what_for;
    try {
        for (const policy::SlotRule& rule : policy.slots) {
            what_for = sbnw::to_string(rule.address());
            desired.slots.push_back(loader.load(rule));
        }
        what_for = "the signing key";
        if (policy.sign)
            desired.signing = loader.load(*policy.sign);
    } catch (const Exception& e) {
        return fail(e.error().code, fmt::format("{}: {}", what_for, e.error().what), e.error().hint);
    }
    return desired;
}

std::vector<std::filesystem::path> source_files(const policy::Policy& policy, const policy::Subject& subject,
                                                const std::filesystem::path& credentials) {
    std::vector<std::filesystem::path> files;
    const auto add = [&](const std::optional<policy::Source>& source) {
        if (!source)
            return;
        const auto file = policy::locate(*source, subject, credentials);
        if (file && std::ranges::find(files, *file) == files.end())
            files.push_back(*file);
    };
    for (const policy::SlotRule& rule : policy.slots) {
        add(rule.certificate);
        add(rule.private_key);
        add(rule.passphrase);
    }
    if (policy.sign) {
        add(policy.sign->key);
        add(policy.sign->passphrase);
    }
    return files;
}

Thumbprints thumbprints(const Desired& desired) {
    Thumbprints result;
    for (const DesiredSlot& slot : desired.slots)
        result.emplace(slot.address, slot.credential.thumbprint());
    return result;
}

} // namespace bgs2
