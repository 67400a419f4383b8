// SPDX-License-Identifier: Apache-2.0
#include "daemon/policy/source.h"

#include "daemon/pki/pkcs11.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

namespace bgs2::policy {
namespace {

constexpr std::string_view credential_scheme = "credential:";
constexpr std::string_view token_scheme = "pkcs11:";
constexpr std::string_view known_sources =
    "use an absolute path, credential:NAME or, for a private key on a token, pkcs11:URI";
constexpr std::string_view known_placeholders = "use {imei}, {model} or {serial}";

struct Placeholder {
    std::string_view name;
    std::string ModemAttributes::* value;
};

constexpr std::array placeholders{
    Placeholder{"imei", &ModemAttributes::imei},
    Placeholder{"model", &ModemAttributes::model},
    Placeholder{"serial", &ModemAttributes::serial},
};

/// Literal text and the placeholder that follows it; the last piece of a text has none.
struct Piece {
    std::string_view literal;
    const Placeholder* placeholder = nullptr;
};

std::unexpected<Error> refuse(std::string what, std::string_view hint) {
    return fail(ErrorCode::invalid_argument, std::move(what), std::string(hint));
}

Expected<std::vector<Piece>> pieces(std::string_view text) {
    std::vector<Piece> result;
    for (std::string_view rest = text;;) {
        const auto brace = rest.find_first_of("{}");
        if (brace == std::string_view::npos) {
            result.push_back({.literal = rest});
            return result;
        }
        if (rest[brace] == '}')
            return refuse("the source has an unmatched '}'", known_placeholders);
        const auto end = rest.find('}', brace);
        if (end == std::string_view::npos)
            return refuse("the source has an unmatched '{'", known_placeholders);
        const std::string_view name = rest.substr(brace + 1, end - brace - 1);
        const auto* placeholder = std::ranges::find(placeholders, name, &Placeholder::name);
        if (placeholder == placeholders.end())
            return refuse("the source has an unknown placeholder", known_placeholders);
        result.push_back({.literal = rest.substr(0, brace), .placeholder = placeholder});
        rest.remove_prefix(end + 1);
    }
}

/// Whether the text begins with a scheme, such as `pkcs11:` (RFC 3986 §3.1).
bool has_scheme(std::string_view text) {
    constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    constexpr std::string_view more = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-.";
    const auto colon = text.find_first_not_of(more);
    return colon != std::string_view::npos && text[colon] == ':' && letters.contains(text.front());
}

bool is_file_name(std::string_view text) {
    return !text.empty() && text != "." && text != ".." && !text.contains('/') && !text.contains('\0');
}

/// Checks the attributes of a `pkcs11:` URI (RFC 7512 §2.3). Errors never quote it: it may contain a PIN.
Expected<void> check_uri(std::string_view uri) {
    constexpr std::string_view example = "write it as pkcs11:token=NAME;object=NAME";
    // A URI parser may drop white space, which could reveal a pin-value.
    if (uri.find_first_of(" \t\r\n\f\v") != std::string_view::npos)
        return refuse("a pkcs11: URI cannot contain white space", "write a space as %20");
    std::string_view rest = uri.substr(token_scheme.size());
    if (rest.empty())
        return refuse("the pkcs11: URI names no object", example);
    while (!rest.empty()) {
        const auto end = std::min(rest.find_first_of(";?&"), rest.size());
        const std::string_view attribute = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (attribute.empty())
            continue;
        const auto equals = attribute.find('=');
        if (equals == std::string_view::npos || equals == 0)
            return refuse("the pkcs11: URI has an attribute without name or value", example);
        if (attribute.substr(0, equals) == "pin-value")
            return refuse(
                "the pkcs11: URI contains the token's PIN, which every reader of the policy can see",
                "give the PIN as the passphrase, or name a file with pin-source=file:/PATH");
    }
    return {};
}

/// Keeps the unreserved characters of a URI (RFC 3986 §2.3); all others become %XX.
std::string percent_encoded(std::string_view text) {
    constexpr std::string_view plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    std::string result;
    for (const char each : text) {
        if (plain.contains(each))
            result += each;
        else
            result += fmt::format("%{:02X}", static_cast<unsigned char>(each));
    }
    return result;
}

std::string as_it_is(std::string_view text) {
    return std::string(text);
}

/// `text` with its placeholders replaced by the modem's values, each converted by `written`.
Expected<std::string> expand_with(std::string_view text, const ModemAttributes& attributes,
                                  std::string (*written)(std::string_view)) {
    const auto parts = pieces(text);
    if (!parts)
        return std::unexpected(parts.error());
    std::string result;
    for (const Piece& piece : *parts) {
        result += piece.literal;
        if (piece.placeholder == nullptr)
            continue;
        const std::string& value = attributes.*piece.placeholder->value;
        if (value.empty())
            return refuse(
                fmt::format("cannot expand {:?}: the modem has no {}", text, piece.placeholder->name),
                "use another placeholder, or another policy for this modem");
        if (!is_file_name(value))
            return refuse(fmt::format("the modem's {} {:?} cannot be part of a file name",
                                      piece.placeholder->name, value),
                          fmt::format("remove the placeholder from {:?}", text));
        result += written(value);
    }
    return result;
}

/// Quotes nothing: the text can contain a PIN, or be the passphrase itself where its file is expected.
Expected<Source> kind_and_name(std::string_view text) {
    if (text.empty())
        return refuse("the source is empty", known_sources);
    if (text.contains('\0'))
        return refuse("a source cannot contain a NUL", known_sources);
    if (text.contains("${"))
        return refuse("variables of the environment are not expanded", known_sources);
    if (text.starts_with('/')) {
        if (text.ends_with('/'))
            return refuse("a directory is not a source", known_sources);
        return Source{.kind = SourceKind::file, .name = std::string(text)};
    }
    if (text.starts_with(credential_scheme)) {
        const std::string_view name = text.substr(credential_scheme.size());
        if (!is_file_name(name))
            return refuse("the name of the credential is invalid",
                          "write a plain file name after credential:");
        return Source{.kind = SourceKind::credential, .name = std::string(name)};
    }
    if (text.starts_with(token_scheme)) {
        if (auto supported = pki::tokens_supported(); !supported)
            return std::unexpected(std::move(supported.error()));
        if (auto good = check_uri(text); !good)
            return std::unexpected(std::move(good.error()));
        return Source{.kind = SourceKind::pkcs11, .name = std::string(text)};
    }
    if (has_scheme(text))
        return refuse("unknown scheme", known_sources);
    return refuse("a relative path is not a source", known_sources);
}

} // namespace

std::string to_string(const Source& source) {
    return source.kind == SourceKind::credential ? std::string(credential_scheme) + source.name : source.name;
}

Expected<Source> parse_source(std::string_view text) {
    auto source = kind_and_name(text);
    if (!source)
        return source;
    if (const auto parts = pieces(source->name); !parts)
        return std::unexpected(parts.error());
    return source;
}

Expected<std::string> expand(std::string_view text, const ModemAttributes& attributes) {
    return expand_with(text, attributes, as_it_is);
}

Expected<std::filesystem::path> locate(const Source& source, const ModemAttributes& attributes,
                                       const std::filesystem::path& credentials) {
    auto name = expand(source.name, attributes);
    if (!name)
        return std::unexpected(std::move(name.error()));
    if (source.kind == SourceKind::pkcs11)
        return refuse(fmt::format("{:?} is on a token, not in a file", *name), "read it from the token");
    if (source.kind == SourceKind::file)
        return *name;
    if (credentials.empty())
        return fail(ErrorCode::not_found,
                    fmt::format("cannot find credential {:?}: systemd passed no credentials", *name),
                    "add LoadCredential= or LoadCredentialEncrypted= to bgs2d.service");
    return credentials / *name;
}

Expected<std::string> token_uri(const Source& source, const ModemAttributes& attributes) {
    return expand_with(source.name, attributes, percent_encoded);
}

} // namespace bgs2::policy
