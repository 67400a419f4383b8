#include "daemon/desired.h"

#include "daemon/pki/file.h"
#include "daemon/policy/source.h"

#include <fmt/format.h>

namespace bgs2 {
namespace {

class Loader {
  public:
    Loader(const policy::Subject& subject, const std::filesystem::path& credentials)
      : subject_(subject)
      , credentials_(credentials) {}

    [[nodiscard]] Desired load(const policy::SlotRule& rule) const {
        const auto certificate_path = locate(rule.certificate);
        const Bytes certificate = value_or_throw(pki::read_file(certificate_path));
        pki::Sources sources{.certificate = certificate,
                             .certificate_name = certificate_path,
                             .key = std::nullopt,
                             .key_name = "",
                             .passphrase = nullptr,
                             .key_from_certificate = rule.index == policy::client_slot};
        pki::Secret key;
        if (rule.private_key) {
            const auto path = locate(*rule.private_key);
            key = value_or_throw(pki::read_secret_file(path));
            sources.key = key.bytes();
            sources.key_name = path;
        }
        pki::Secret passphrase;
        if (rule.passphrase) {
            passphrase = value_or_throw(pki::read_passphrase_file(locate(*rule.passphrase)));
            sources.passphrase = &passphrase;
        }
        return {.slot = rule.index,
                .source = certificate_path,
                .credential = value_or_throw(pki::load(sources, rule.format, rule.key_format))};
    }

  private:
    [[nodiscard]] std::filesystem::path locate(const policy::Source& source) const {
        return value_or_throw(policy::locate(source, subject_, credentials_));
    }

    const policy::Subject& subject_;
    const std::filesystem::path& credentials_;
};

} // namespace

Expected<std::vector<Desired>> load_desired(const policy::Policy& policy, const policy::Subject& subject,
                                            const std::filesystem::path& credentials) {
    const Loader loader(subject, credentials);
    std::vector<Desired> desired;
    for (const policy::SlotRule& rule : policy.slots) {
        try {
            desired.push_back(loader.load(rule));
        } catch (const Exception& e) {
            return fail(e.error().code, fmt::format("slot {}: {}", rule.index, e.error().what),
                        e.error().hint);
        }
    }
    return desired;
}

Thumbprints thumbprints(const std::vector<Desired>& desired) {
    Thumbprints result;
    for (const Desired& d : desired)
        result.emplace(d.slot, d.credential.thumbprint());
    return result;
}

} // namespace bgs2
