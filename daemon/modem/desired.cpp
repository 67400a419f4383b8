// SPDX-License-Identifier: Apache-2.0
#include "daemon/modem/desired.h"

#include "daemon/pki/file.h"
#include "daemon/pki/key_file.h"
#include "daemon/pki/pkcs11.h"
#include "daemon/policy/source.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

namespace bgs2 {
namespace {

class Loader {
  public:
    Loader(const policy::Policy& policy, const policy::ModemAttributes& attributes,
           const std::filesystem::path& credentials)
      : policy_(policy)
      , attributes_(attributes)
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
                             .key_from_certificate = rule.address() == client_address};
        std::string lagging;
        pki::Secret key;
        const auto passphrase = read_passphrase(rule.passphrase);
        sources.passphrase = passphrase ? &*passphrase : nullptr;
        std::optional<pki::PrivateKey> token_key;
        if (rule.private_key && is_on_token(*rule.private_key)) {
            token_key = read_token_key(*rule.private_key, sources.passphrase);
            sources.loaded_key = &*token_key;
        } else if (rule.private_key) {
            const auto path = locate(*rule.private_key);
            key = read_secret(*rule.private_key);
            sources.key = key.bytes();
            sources.key_name = path;
            lagging = older(certificate_path, path);
        }
        auto key_pair = value_or_throw(pki::load(sources, rule.format, rule.key_format));
        if (!rule.private_key && key_pair.private_key)
            require_private(file, rule.certificate);
        return {.address = rule.address(),
                .source = certificate_path,
                .key_pair = std::make_shared<const pki::KeyPair>(std::move(key_pair)),
                .lagging = std::move(lagging)};
    }

    [[nodiscard]] Signing load(const policy::Sign& sign) const {
        const auto passphrase = read_passphrase(sign.passphrase);
        return {.signer = signer(sign, passphrase ? &*passphrase : nullptr),
                .digest = sign.digest,
                .imei = sign.imei};
    }

  private:
    static bool is_on_token(const policy::Source& source) {
        return source.kind == policy::SourceKind::pkcs11;
    }

    [[nodiscard]] std::shared_ptr<const pki::Signer> signer(const policy::Sign& sign,
                                                            const pki::Secret* passphrase) const {
        if (is_on_token(sign.key)) {
            const std::string uri = value_or_throw(policy::token_uri(sign.key, attributes_));
            const auto pin = find_pin(uri, passphrase);
            return value_or_throw(pki::token_signer(uri, pin ? &*pin : nullptr));
        }
        const auto path = locate(sign.key);
        const pki::Secret key = read_secret(sign.key);
        return std::make_shared<const pki::KeySigner>(
            value_or_throw(pki::load_private_key(key.bytes(), path.native(), passphrase)));
    }

    [[nodiscard]] pki::PrivateKey read_token_key(const policy::Source& source,
                                                 const pki::Secret* passphrase) const {
        const std::string uri = value_or_throw(policy::token_uri(source, attributes_));
        const auto pin = find_pin(uri, passphrase);
        return value_or_throw(pki::read_token_key(uri, pin ? &*pin : nullptr));
    }

    /// The passphrase that the policy names, or else the content of the file that the URI names.
    [[nodiscard]] std::optional<pki::Secret> find_pin(const std::string& uri,
                                                      const pki::Secret* passphrase) const {
        if (passphrase != nullptr)
            return passphrase->clone();
        const auto file = value_or_throw(pki::pin_file(uri));
        if (!file)
            return std::nullopt;
        return read_passphrase(policy::Source{.kind = policy::SourceKind::file, .name = file->string()});
    }

    [[nodiscard]] std::filesystem::path locate(const policy::Source& source) const {
        return value_or_throw(policy::locate(source, attributes_, credentials_));
    }

    void require_private(const pki::File& file, const policy::Source& source) const {
        if (source.kind != policy::SourceKind::file)
            return; // systemd controls the access to credentials
        const bool readable = std::ranges::find(policy_.readable, source) != policy_.readable.end();
        value_or_throw(readable ? file.require_protected() : file.require_private());
    }

    [[nodiscard]] pki::Secret read_secret(const policy::Source& source) const {
        const auto file = value_or_throw(pki::File::open(locate(source)));
        require_private(file, source);
        return value_or_throw(file.read_secret());
    }

    [[nodiscard]] std::optional<pki::Secret>
    read_passphrase(const std::optional<policy::Source>& source) const {
        if (!source)
            return std::nullopt;
        pki::Secret passphrase = read_secret(*source);
        pki::clean_passphrase(passphrase);
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
    const policy::ModemAttributes& attributes_;
    const std::filesystem::path& credentials_;
};

/// The file that is read for a source; for a key on a token the file with the PIN.
std::optional<std::filesystem::path> file_of(const policy::Source& source,
                                             const policy::ModemAttributes& attributes,
                                             const std::filesystem::path& credentials) {
    if (source.kind == policy::SourceKind::pkcs11) {
        const auto uri = policy::token_uri(source, attributes);
        return uri ? pki::pin_file(*uri).value_or(std::nullopt) : std::nullopt;
    }
    const auto file = policy::locate(source, attributes, credentials);
    return file ? std::optional(*file) : std::nullopt;
}

} // namespace

Desired load_desired(const policy::Policy& policy, const policy::ModemAttributes& attributes,
                     const std::filesystem::path& credentials) {
    const Loader loader(policy, attributes, credentials);
    Desired desired;
    const auto keep_first = [&desired](Error error) {
        if (!desired.error)
            desired.error = std::move(error);
    };
    for (const policy::SlotRule& rule : policy.slots) {
        auto& content = desired.contents[rule.address()];
        try {
            const DesiredSlot& slot = desired.slots.emplace_back(loader.load(rule));
            content = content_of(*slot.key_pair);
        } catch (const Exception& e) {
            keep_first({e.error().code, fmt::format("{}: {}", to_string(rule.address()), e.error().what),
                        e.error().hint});
        }
    }
    if (auto signing = load_signing(policy, attributes, credentials))
        desired.signing = std::move(*signing);
    else
        keep_first(std::move(signing.error()));
    return desired;
}

Expected<std::optional<Signing>> load_signing(const policy::Policy& policy,
                                              const policy::ModemAttributes& attributes,
                                              const std::filesystem::path& credentials) {
    if (!policy.sign)
        return std::nullopt;
    try {
        return Loader(policy, attributes, credentials).load(*policy.sign);
    } catch (const Exception& e) {
        return fail(e.error().code, "the signing key: " + e.error().what, e.error().hint);
    }
}

std::vector<std::filesystem::path> source_files(const policy::Policy& policy,
                                                const policy::ModemAttributes& attributes,
                                                const std::filesystem::path& credentials) {
    std::vector<std::filesystem::path> files;
    const auto add = [&](const std::optional<policy::Source>& source) {
        if (!source)
            return;
        const auto file = file_of(*source, attributes, credentials);
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

} // namespace bgs2
