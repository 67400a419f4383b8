// SPDX-License-Identifier: Apache-2.0
// A login session on a PKCS#11 token, and the private key that a URI
// names. For the .cpp files of this folder only: includes the header of p11-kit.
#pragma once

#include "daemon/base/bytes.h"
#include "daemon/base/error.h"
#include "daemon/pki/p11_kit.h"
#include "daemon/pki/secret.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bgs2::pki {

struct FreeUri {
    void operator()(P11KitUri* uri) const noexcept { p11().uri_free(uri); }
};
using UriPtr = std::unique_ptr<P11KitUri, FreeUri>;

/// Errors: NotSupported (p11-kit is not installed), InvalidArgument (not a URI of RFC 7512, one with an
/// attribute unknown to p11-kit, or one that contains the PIN, which the error does not quote).
Expected<UriPtr> parse_uri(std::string_view text);

/// The initialised modules that may have the token: the one in the URI's `module-path`, otherwise those of
/// p11-kit's configuration. The destructor finalises and unloads them.
class TokenModules {
  public:
    /// Errors: NotFound (no such module), Failed (it cannot be loaded or initialised).
    static Expected<TokenModules> load(const P11KitUri& uri);

    TokenModules(TokenModules&&) noexcept = default;
    TokenModules& operator=(TokenModules&&) noexcept = default;
    TokenModules(const TokenModules&) = delete;
    TokenModules& operator=(const TokenModules&) = delete;
    ~TokenModules() = default;

    [[nodiscard]] const std::vector<CK_FUNCTION_LIST*>& all() const { return modules_; }

  private:
    struct Release {
        void operator()(CK_FUNCTION_LIST* module) const noexcept;
        void operator()(CK_FUNCTION_LIST** modules) const noexcept;
    };
    TokenModules() = default;
    std::unique_ptr<CK_FUNCTION_LIST, Release> single_;
    std::unique_ptr<CK_FUNCTION_LIST*, Release> configured_;
    std::vector<CK_FUNCTION_LIST*> modules_;
};

/// A private key on a token, and the session that uses it.
class TokenKey {
  public:
    /// Finds the token and the key; `pin` is null if there is none. Errors quote the URI and the token, never
    /// the PIN. Errors: those of parse_uri() and TokenModules::load(); NotFound (no such token or key),
    /// InvalidArgument (several of them; the PIN is missing or wrong), AccessDenied (the token's PIN is
    /// locked), Failed (an error of the token).
    static Expected<TokenKey> open(std::string_view text, const Secret* pin);

    TokenKey(TokenKey&& other) noexcept;
    TokenKey& operator=(TokenKey&&) = delete;
    TokenKey(const TokenKey&) = delete;
    TokenKey& operator=(const TokenKey&) = delete;
    ~TokenKey();

    [[nodiscard]] const std::string& token() const { return token_; } ///< its label
    [[nodiscard]] std::string label() const;                          ///< the key's, for messages

    /// Nothing if the token does not export it: it has none, or it is sensitive.
    [[nodiscard]] std::optional<Secret> attribute(CK_ATTRIBUTE_TYPE type) const;
    [[nodiscard]] std::optional<CK_ULONG> number(CK_ATTRIBUTE_TYPE type) const;
    [[nodiscard]] std::optional<bool> flag(CK_ATTRIBUTE_TYPE type) const;

    /// Errors: Failed.
    [[nodiscard]] Expected<Bytes> sign(CK_MECHANISM_TYPE mechanism, ByteView bytes) const;

  private:
    TokenKey(TokenModules modules, CK_FUNCTION_LIST* module, CK_SESSION_HANDLE session, std::string token);
    Expected<void> log_in(const CK_TOKEN_INFO& token, const Secret* pin);
    Expected<void> find(P11KitUri& uri, std::string_view text);
    [[nodiscard]] std::vector<CK_OBJECT_HANDLE> objects(std::vector<CK_ATTRIBUTE> wanted) const;
    [[nodiscard]] std::string label_of(CK_OBJECT_HANDLE object) const;

    TokenModules modules_;
    CK_FUNCTION_LIST* module_; ///< one of modules_; null once moved from
    CK_SESSION_HANDLE session_;
    CK_OBJECT_HANDLE key_ = CK_INVALID_HANDLE;
    std::string token_;
};

} // namespace bgs2::pki
