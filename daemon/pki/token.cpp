// SPDX-License-Identifier: Apache-2.0
#include "daemon/pki/token.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <mutex>
#include <utility>

namespace bgs2::pki {
namespace {

struct FreeText {
    void operator()(char* text) const noexcept { std::free(text); } // NOLINT(cppcoreguidelines-*): p11-kit's
};

std::string padded(const unsigned char* text, std::size_t size) {
    return {reinterpret_cast<const char*>(text), p11().space_strlen(text, size)};
}

std::string label_of(const CK_TOKEN_INFO& token) {
    return padded(token.label, sizeof(token.label));
}

std::string listed(const std::vector<std::string>& names, std::string_view kind) {
    return names.empty() ? fmt::format("no {} were found", kind)
                         : fmt::format("the available {} are {:?}", kind, fmt::join(names, ", "));
}

std::unexpected<Error> token_error(std::string_view token, std::string_view what, CK_RV reason) {
    return fail(ErrorCode::failed, fmt::format("the token {:?} {}: {}", token, what, p11().strerror(reason)),
                "check the token with 'p11-kit list-modules' and 'p11tool --list-tokens'");
}

/// A token that may match a URI.
struct Candidate {
    CK_FUNCTION_LIST* module = nullptr;
    CK_SLOT_ID slot = 0;
    CK_TOKEN_INFO info{};
};

std::vector<CK_SLOT_ID> slots_with_a_token(CK_FUNCTION_LIST* module) {
    CK_ULONG count = 0;
    if (module->C_GetSlotList(CK_TRUE, nullptr, &count) != CKR_OK)
        return {};
    std::vector<CK_SLOT_ID> slots(count);
    if (module->C_GetSlotList(CK_TRUE, slots.data(), &count) != CKR_OK)
        return {};
    slots.resize(std::min<std::size_t>(count, slots.size()));
    return slots;
}

struct Candidates {
    std::vector<Candidate> matching;
    std::vector<std::string> all; ///< their labels
};

Candidates candidates(const TokenModules& modules, P11KitUri& uri) {
    Candidates result;
    for (CK_FUNCTION_LIST* module : modules.all()) {
        CK_INFO about{};
        const bool module_matches =
            module->C_GetInfo(&about) == CKR_OK && p11().uri_match_module_info(&uri, &about) == 1;
        for (const CK_SLOT_ID slot : slots_with_a_token(module)) {
            CK_SLOT_INFO place{};
            Candidate candidate{.module = module, .slot = slot};
            if (module->C_GetSlotInfo(slot, &place) != CKR_OK ||
                module->C_GetTokenInfo(slot, &candidate.info) != CKR_OK ||
                (candidate.info.flags & CKF_TOKEN_INITIALIZED) == 0)
                continue;
            result.all.push_back(label_of(candidate.info));
            const CK_SLOT_ID asked = p11().uri_get_slot_id(&uri);
            if (module_matches && (asked == static_cast<CK_SLOT_ID>(-1) || asked == slot) &&
                p11().uri_match_slot_info(&uri, &place) == 1 &&
                p11().uri_match_token_info(&uri, &candidate.info) == 1)
                result.matching.push_back(candidate);
        }
    }
    // Tokens without a PIN contain no keys: they are stores of trusted certificates that p11-kit lists as
    // tokens.
    if (result.matching.size() > 1)
        std::erase_if(result.matching,
                      [](const Candidate& each) { return (each.info.flags & CKF_LOGIN_REQUIRED) == 0; });
    return result;
}

Expected<Candidate> find_token(const TokenModules& modules, P11KitUri& uri, std::string_view text) {
    const Candidates found = candidates(modules, uri);
    if (found.matching.empty())
        return fail(
            ErrorCode::not_found, fmt::format("no token matches {}; {}", text, listed(found.all, "tokens")),
            "plug in the token, or check the URI's token= and the modules that 'p11-kit list-modules' shows");
    if (found.matching.size() > 1) {
        std::vector<std::string> names;
        names.reserve(found.matching.size());
        for (const Candidate& each : found.matching)
            names.push_back(label_of(each.info));
        return fail(ErrorCode::invalid_argument,
                    fmt::format("{} tokens match {}: {:?}", names.size(), text, fmt::join(names, ", ")),
                    "add token=, serial= or module-path= to the URI");
    }
    return found.matching.front();
}

/// The PINs that tokens have rejected. A token counts attempts and locks itself, and policies are evaluated
/// repeatedly: this process tries a wrong PIN once only.
class RefusedPins {
  public:
    static RefusedPins& instance() {
        static RefusedPins pins; // lives as long as the process, like the tokens' counters
        return pins;
    }

    bool contains(const std::string& token, const Secret& pin) {
        const std::scoped_lock lock(mutex_);
        return std::ranges::any_of(refused_,
                                   [&](const Entry& each) { return each.token == token && each.pin == pin; });
    }

    void add(const std::string& token, const Secret& pin) {
        const std::scoped_lock lock(mutex_);
        refused_.push_back({.token = token, .pin = pin.clone()});
    }

  private:
    struct Entry {
        std::string token;
        Secret pin;
    };
    std::mutex mutex_;
    std::vector<Entry> refused_;
};

std::unexpected<Error> wrong_pin(std::string_view token) {
    return fail(ErrorCode::invalid_argument, fmt::format("wrong PIN for the token {:?}", token),
                "correct the passphrase or pin-source; bgs2d does not try the wrong PIN again until it "
                "restarts, so that the token does not lock");
}

} // namespace

Expected<UriPtr> parse_uri(std::string_view text) {
    if (!have_p11_kit())
        return fail(ErrorCode::not_supported, "keys on tokens require p11-kit, which is not installed",
                    "install it (Debian: apt install p11-kit), or use a file or a credential");
    UriPtr uri(p11().uri_new());
    const int result = p11().uri_parse(std::string(text).c_str(), P11_KIT_URI_FOR_ANY, uri.get());
    if (p11().uri_get_pin_value(uri.get()) != nullptr)
        return fail(ErrorCode::invalid_argument, "the pkcs11: URI contains the token's PIN",
                    "give the PIN as the passphrase, or name a file with pin-source=file:/PATH");
    if (result != P11_KIT_URI_OK)
        return fail(ErrorCode::invalid_argument,
                    fmt::format("invalid pkcs11: URI: {}", p11().uri_message(result)),
                    "write it according to RFC 7512: pkcs11:token=NAME;object=NAME");
    if (p11().uri_any_unrecognized(uri.get()) == 1)
        return fail(ErrorCode::invalid_argument, fmt::format("{} has an unknown attribute", text),
                    "use the attributes of RFC 7512, such as token, manufacturer, model, serial, object, id "
                    "and type");
    return uri;
}

void TokenModules::Release::operator()(CK_FUNCTION_LIST* module) const noexcept {
    p11().module_finalize(module);
    p11().module_release(module);
}

void TokenModules::Release::operator()(CK_FUNCTION_LIST** modules) const noexcept {
    p11().modules_finalize_and_release(modules);
}

Expected<TokenModules> TokenModules::load(const P11KitUri& uri) {
    TokenModules result;
    constexpr std::string_view see =
        "check 'p11-kit list-modules', or name a module with module-path= in the URI";
    const auto words = [] {
        const char* message = p11().message();
        return message == nullptr ? "no reason is given" : message;
    };
    if (const char* path = p11().uri_get_module_path(&uri)) {
        CK_FUNCTION_LIST* module = p11().module_load(path, 0);
        if (module == nullptr)
            return fail(ErrorCode::not_found,
                        fmt::format("cannot load the PKCS#11 module {}: {}", path, words()),
                        "check the URI's module-path=");
        if (const CK_RV failed = p11().module_initialize(module); failed != CKR_OK) {
            p11().module_release(module);
            return fail(
                ErrorCode::failed,
                fmt::format("cannot initialise the PKCS#11 module {}: {}", path, p11().strerror(failed)),
                "check the module's configuration, and that bgs2d can read it");
        }
        result.single_.reset(module);
        result.modules_.push_back(module);
        return result;
    }
    result.configured_.reset(p11().modules_load_and_initialize(0));
    if (!result.configured_)
        return fail(ErrorCode::failed, fmt::format("cannot load the PKCS#11 modules: {}", words()),
                    std::string(see));
    const char* wanted = p11().uri_get_module_name(&uri);
    for (CK_FUNCTION_LIST** module = result.configured_.get(); *module != nullptr; ++module) {
        const std::unique_ptr<char, FreeText> name(p11().module_get_name(*module));
        if (wanted == nullptr || (name && std::string_view(name.get()) == wanted))
            result.modules_.push_back(*module);
    }
    if (result.modules_.empty())
        return fail(ErrorCode::not_found,
                    wanted == nullptr ? "p11-kit has no PKCS#11 modules"
                                      : fmt::format("p11-kit has no PKCS#11 module named {:?}", wanted),
                    std::string(see));
    return result;
}

TokenKey::TokenKey(TokenModules modules, CK_FUNCTION_LIST* module, CK_SESSION_HANDLE session,
                   std::string token)
  : modules_(std::move(modules))
  , module_(module)
  , session_(session)
  , token_(std::move(token)) {}

TokenKey::TokenKey(TokenKey&& other) noexcept
  : modules_(std::move(other.modules_))
  , module_(std::exchange(other.module_, nullptr))
  , session_(other.session_)
  , key_(other.key_)
  , token_(std::move(other.token_)) {}

TokenKey::~TokenKey() {
    if (module_ != nullptr)
        module_->C_CloseSession(session_);
}

Expected<TokenKey> TokenKey::open(std::string_view text, const Secret* pin) {
    auto uri = parse_uri(text);
    if (!uri)
        return std::unexpected(std::move(uri.error()));
    auto modules = TokenModules::load(**uri);
    if (!modules)
        return std::unexpected(std::move(modules.error()));
    const auto token = find_token(*modules, **uri, text);
    if (!token)
        return std::unexpected(token.error());
    std::string name = bgs2::pki::label_of(token->info);
    CK_SESSION_HANDLE session = CK_INVALID_HANDLE;
    if (const CK_RV failed =
            token->module->C_OpenSession(token->slot, CKF_SERIAL_SESSION, nullptr, nullptr, &session);
        failed != CKR_OK)
        return token_error(name, "cannot open a session", failed);
    TokenKey key(std::move(*modules), token->module, session, std::move(name));
    if (auto in = key.log_in(token->info, pin); !in)
        return std::unexpected(std::move(in.error()));
    if (auto found = key.find(**uri, text); !found)
        return std::unexpected(std::move(found.error()));
    return key;
}

Expected<void> TokenKey::log_in(const CK_TOKEN_INFO& token, const Secret* pin) {
    if ((token.flags & CKF_LOGIN_REQUIRED) == 0)
        return {};
    if ((token.flags & CKF_USER_PIN_LOCKED) != 0)
        return fail(ErrorCode::access_denied, fmt::format("the PIN of the token {:?} is locked", token_),
                    "unlock it with the token vendor's tool; too many wrong PINs were entered");
    if (pin == nullptr)
        return fail(ErrorCode::invalid_argument, fmt::format("the token {:?} requires its PIN", token_),
                    "set it as the passphrase, or name a file with pin-source=file:/PATH in the URI");
    const std::string identity = token_ + '\n' + padded(token.serialNumber, sizeof(token.serialNumber));
    auto& refused = RefusedPins::instance();
    if (refused.contains(identity, *pin))
        return wrong_pin(token_);
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): PKCS#11 has no const, and changes no PIN
    auto* bytes = reinterpret_cast<unsigned char*>(const_cast<std::byte*>(pin->bytes().data()));
    const CK_RV result = module_->C_Login(session_, CKU_USER, bytes, pin->size());
    switch (result) {
    case CKR_OK:
    case CKR_USER_ALREADY_LOGGED_IN: // by another session of this process
        return {};
    case CKR_PIN_INCORRECT:
    case CKR_PIN_INVALID:
    case CKR_PIN_LEN_RANGE:
        refused.add(identity, *pin);
        return wrong_pin(token_);
    case CKR_PIN_LOCKED:
        return fail(ErrorCode::access_denied, fmt::format("the PIN of the token {:?} is locked", token_),
                    "unlock it with the token vendor's tool; too many wrong PINs were entered");
    default:
        return token_error(token_, "rejects the login", result);
    }
}

std::vector<CK_OBJECT_HANDLE> TokenKey::objects(std::vector<CK_ATTRIBUTE> wanted) const {
    CK_OBJECT_CLASS private_key = CKO_PRIVATE_KEY;
    std::erase_if(wanted, [](const CK_ATTRIBUTE& each) { return each.type == CKA_CLASS; });
    wanted.push_back({.type = CKA_CLASS, .pValue = &private_key, .ulValueLen = sizeof(private_key)});
    std::array<CK_OBJECT_HANDLE, 64> found{};
    CK_ULONG count = 0;
    if (module_->C_FindObjectsInit(session_, wanted.data(), wanted.size()) != CKR_OK)
        return {};
    const CK_RV result = module_->C_FindObjects(session_, found.data(), found.size(), &count);
    module_->C_FindObjectsFinal(session_);
    if (result != CKR_OK)
        return {};
    return {found.begin(), found.begin() + std::min<std::size_t>(count, found.size())};
}

Expected<void> TokenKey::find(P11KitUri& uri, std::string_view text) {
    if (const CK_ATTRIBUTE* type = p11().uri_get_attribute(&uri, CKA_CLASS);
        type != nullptr && type->ulValueLen == sizeof(CK_OBJECT_CLASS) &&
        *static_cast<const CK_OBJECT_CLASS*>(type->pValue) != CKO_PRIVATE_KEY)
        return fail(ErrorCode::invalid_argument, fmt::format("{} does not name a private key", text),
                    "use type=private, or omit type");
    CK_ULONG count = 0;
    const CK_ATTRIBUTE* attributes = p11().uri_get_attributes(&uri, &count);
    const auto found = objects({attributes, attributes + count});
    if (found.size() == 1) {
        key_ = found.front();
        return {};
    }
    std::vector<std::string> names;
    for (const CK_OBJECT_HANDLE object : found.empty() ? objects({}) : found)
        names.push_back(label_of(object));
    if (found.empty())
        return fail(ErrorCode::not_found,
                    fmt::format("the token {:?} has no private key that matches {}; {}", token_, text,
                                listed(names, "private keys")),
                    "check the URI's object= and id=");
    return fail(ErrorCode::invalid_argument,
                fmt::format("the token {:?} has {} private keys that match {}: {:?}", token_, names.size(),
                            text, fmt::join(names, ", ")),
                "add id= to the URI");
}

std::string TokenKey::label_of(CK_OBJECT_HANDLE object) const {
    std::array<char, 256> text{};
    CK_ATTRIBUTE label{.type = CKA_LABEL, .pValue = text.data(), .ulValueLen = text.size()};
    if (module_->C_GetAttributeValue(session_, object, &label, 1) != CKR_OK)
        return "?";
    return {text.data(), std::min<std::size_t>(label.ulValueLen, text.size())};
}

std::string TokenKey::label() const {
    return label_of(key_);
}

std::optional<Secret> TokenKey::attribute(CK_ATTRIBUTE_TYPE type) const {
    CK_ATTRIBUTE asked{.type = type, .pValue = nullptr, .ulValueLen = 0};
    if (module_->C_GetAttributeValue(session_, key_, &asked, 1) != CKR_OK ||
        asked.ulValueLen == CK_UNAVAILABLE_INFORMATION)
        return std::nullopt;
    Secret value(asked.ulValueLen);
    asked.pValue = value.bytes().data();
    if (module_->C_GetAttributeValue(session_, key_, &asked, 1) != CKR_OK || asked.ulValueLen > value.size())
        return std::nullopt;
    value.truncate(asked.ulValueLen);
    return value;
}

std::optional<CK_ULONG> TokenKey::number(CK_ATTRIBUTE_TYPE type) const {
    CK_ULONG value = 0;
    CK_ATTRIBUTE asked{.type = type, .pValue = &value, .ulValueLen = sizeof(value)};
    if (module_->C_GetAttributeValue(session_, key_, &asked, 1) != CKR_OK ||
        asked.ulValueLen != sizeof(value))
        return std::nullopt;
    return value;
}

std::optional<bool> TokenKey::flag(CK_ATTRIBUTE_TYPE type) const {
    CK_BBOOL value = CK_FALSE;
    CK_ATTRIBUTE asked{.type = type, .pValue = &value, .ulValueLen = sizeof(value)};
    if (module_->C_GetAttributeValue(session_, key_, &asked, 1) != CKR_OK ||
        asked.ulValueLen != sizeof(value))
        return std::nullopt;
    return value == CK_TRUE;
}

Expected<Bytes> TokenKey::sign(CK_MECHANISM_TYPE mechanism, ByteView bytes) const {
    CK_MECHANISM how{.mechanism = mechanism, .pParameter = nullptr, .ulParameterLen = 0};
    if (const CK_RV failed = module_->C_SignInit(session_, &how, key_); failed != CKR_OK)
        return token_error(token_, fmt::format("cannot sign with the key {:?}", label()), failed);
    Bytes signature(1024); // of RSA with 8192 bits
    CK_ULONG size = signature.size();
    Bytes input(bytes.begin(), bytes.end()); // PKCS#11 has no const
    const CK_RV result =
        module_->C_Sign(session_, reinterpret_cast<unsigned char*>(input.data()), input.size(),
                        reinterpret_cast<unsigned char*>(signature.data()), &size);
    if (result != CKR_OK)
        return token_error(token_, fmt::format("cannot sign with the key {:?}", label()), result);
    signature.resize(std::min<std::size_t>(size, signature.size()));
    return signature;
}

} // namespace bgs2::pki
