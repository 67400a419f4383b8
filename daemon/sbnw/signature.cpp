// SPDX-License-Identifier: Apache-2.0
#include "daemon/sbnw/signature.h"

#include "daemon/pki/openssl.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <utility>

namespace bgs2::sbnw {
namespace {

struct DigestRow {
    Digest value;
    const EVP_MD* (*algorithm)();
};

constexpr EnumTable digest_rows{DigestRow{Digest::sha1, EVP_sha1}, DigestRow{Digest::sha256, EVP_sha256}};

unsigned char* raw(Bytes& bytes) {
    return reinterpret_cast<unsigned char*>(bytes.data());
}

/// From the command to the end of the last parameter before the signature (protocol.md §1, "Signed
/// commands").
ByteView signed_part(ByteView bytes, std::size_t signature_offset) {
    return bytes.first(signature_offset).subspan(2);
}

Bytes hash_of(ByteView bytes, Digest digest) {
    Bytes hash(EVP_MAX_MD_SIZE);
    unsigned size = 0;
    if (EVP_Digest(bytes.data(), bytes.size(), raw(hash), &size, digest_rows.at(digest).algorithm(),
                   nullptr) != 1)
        throw Exception(
            Error{ErrorCode::failed, fmt::format("OpenSSL does not support {}", word(digest)), ""});
    hash.resize(size);
    return hash;
}

/// A context that recovers the bare digest: with no signature digest set, OpenSSL looks for no DigestInfo.
pki::KeyContextPtr recovering_context(EVP_PKEY* key) {
    pki::KeyContextPtr context(EVP_PKEY_CTX_new(key, nullptr));
    if (context == nullptr || EVP_PKEY_verify_recover_init(context.get()) != 1 ||
        EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) != 1)
        return nullptr;
    return context;
}

std::string to_base64(ByteView bytes) {
    std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0'); // EVP_EncodeBlock ends it with a NUL
    const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), pki::bytes_of(bytes),
                                     static_cast<int>(bytes.size()));
    text.resize(static_cast<std::size_t>(size));
    return text;
}

Expected<Bytes> from_base64(std::string_view text) {
    Bytes bytes(text.size() / 4 * 3);
    const int size = EVP_DecodeBlock(raw(bytes), reinterpret_cast<const unsigned char*>(text.data()),
                                     static_cast<int>(text.size()));
    // EVP_DecodeBlock counts the padding as zero bytes.
    const auto padding = text.size() - std::min(text.size(), text.find_last_not_of('=') + 1);
    bytes.resize(size > 0 && padding <= 2 ? static_cast<std::size_t>(size) - padding : 0);
    if (bytes.empty() ||
        to_base64(bytes) != text) // it accepts blanks around the text, too, and invalid padding
        return fail(ErrorCode::invalid_argument, "the signature is not Base64 on one line");
    return bytes;
}

} // namespace

Expected<void> sign(SecureCommand& command, const pki::Signer& signer, Digest digest) {
    const pki::PublicKey key = signer.public_key();
    if (auto rsa = pki::require_rsa(key.kind()); !rsa)
        return rsa;
    // A placeholder of the final length, so that the number of parameters and the length check include it.
    command.signature = to_base64(Bytes(static_cast<std::size_t>(EVP_PKEY_get_size(key.native()))));
    const std::size_t parameter_size = parameter_header_size + command.signature->size() + 1; // NUL
    const auto unsigned_frame = encode(command);
    command.signature.reset();
    if (!unsigned_frame)
        return std::unexpected(unsigned_frame.error());

    const Bytes hash =
        hash_of(signed_part(unsigned_frame->bytes(), unsigned_frame->size() - parameter_size), digest);
    const auto signature = signer.sign(hash);
    if (!signature)
        return std::unexpected(signature.error());
    command.signature = to_base64(*signature);
    return {};
}

Expected<Digest> verify(const Frame& frame, const pki::PublicKey& key) {
    const Parameter* parameter = frame.find(ParameterId::signature);
    if (parameter == nullptr)
        return fail(ErrorCode::invalid_argument, "the frame has no signature",
                    "sign it with 'bgs2ctl frame encode --sign-key FILE'");
    if (auto rsa = pki::require_rsa(key.kind()); !rsa)
        return std::unexpected(std::move(rsa.error()));
    const auto signature = from_base64(parameter->text());
    if (!signature)
        return std::unexpected(signature.error());

    const pki::KeyContextPtr context = recovering_context(key.native());
    Bytes recovered(static_cast<std::size_t>(EVP_PKEY_get_size(key.native())));
    std::size_t size = recovered.size();
    const std::unexpected<Error> wrong =
        fail(ErrorCode::verify_failed,
             "the signature is by another key, or the frame was changed after it was signed");
    if (context == nullptr || EVP_PKEY_verify_recover(context.get(), raw(recovered), &size,
                                                      pki::bytes_of(*signature), signature->size()) != 1) {
        pki::take_openssl_error(); // otherwise a later error would report it as its reason
        return wrong;
    }
    recovered.resize(size);
    for (const Digest digest : values_of<Digest>) {
        if (recovered == hash_of(signed_part(frame.bytes, parameter->offset), digest))
            return digest;
    }
    return wrong;
}

} // namespace bgs2::sbnw
