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
    Loader(const policy::Subject& subject, const std::filesystem::path& credentials)
      : subject_(subject)
      , credentials_(credentials) {}

    [[nodiscard]] DesiredSlot load(const policy::SlotRule& rule) const {
        const auto certificate_path = locate(rule.certificate);
        const Bytes certificate = value_or_throw(pki::read_file(certificate_path));
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
            key = value_or_throw(pki::read_secret_file(path));
            sources.key = key.bytes();
            sources.key_name = path;
            lagging = older(certificate_path, path);
        }
        const auto passphrase = read_passphrase(rule.passphrase);
        sources.passphrase = passphrase ? &*passphrase : nullptr;
        return {.address = rule.address(),
                .source = certificate_path,
                .credential = value_or_throw(pki::load(sources, rule.format, rule.key_format)),
                .lagging = std::move(lagging)};
    }

    [[nodiscard]] Signing load(const policy::Sign& sign) const {
        const auto path = locate(sign.key);
        const pki::Secret key = value_or_throw(pki::read_secret_file(path));
        const auto passphrase = read_passphrase(sign.passphrase);
        auto signer = std::make_shared<const pki::KeySigner>(value_or_throw(
            pki::load_private_key(key.bytes(), path.native(), passphrase ? &*passphrase : nullptr)));
        return {.signer = std::move(signer), .digest = sign.digest, .imei = sign.imei};
    }

  private:
    [[nodiscard]] std::filesystem::path locate(const policy::Source& source) const {
        return value_or_throw(policy::locate(source, subject_, credentials_));
    }

    [[nodiscard]] std::optional<pki::Secret>
    read_passphrase(const std::optional<policy::Source>& source) const {
        if (!source)
            return std::nullopt;
        return value_or_throw(pki::read_passphrase_file(locate(*source)));
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

    const policy::Subject& subject_;
    const std::filesystem::path& credentials_;
};

} // namespace

Expected<Desired> load_desired(const policy::Policy& policy, const policy::Subject& subject,
                               const std::filesystem::path& credentials) {
    const Loader loader(subject, credentials);
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
