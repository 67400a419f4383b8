// SPDX-License-Identifier: Apache-2.0
// Owning pointers for OpenSSL's objects, and its error queue as text.
#pragma once

#include "daemon/base/bytes.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/encoder.h>
#include <openssl/evp.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

namespace bgs2::pki {

template<auto Free>
struct Freer {
    template<class T>
    void operator()(T* object) const noexcept {
        Free(object);
    }
};

using BioPtr = std::unique_ptr<BIO, Freer<BIO_free>>;
using BignumPtr = std::unique_ptr<BIGNUM, Freer<BN_free>>;
using EncoderPtr = std::unique_ptr<OSSL_ENCODER_CTX, Freer<OSSL_ENCODER_CTX_free>>;
using KeyContextPtr = std::unique_ptr<EVP_PKEY_CTX, Freer<EVP_PKEY_CTX_free>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using Pkcs12Ptr = std::unique_ptr<PKCS12, Freer<PKCS12_free>>;
using Pkcs8Ptr = std::unique_ptr<PKCS8_PRIV_KEY_INFO, Freer<PKCS8_PRIV_KEY_INFO_free>>;
using EncryptedPkcs8Ptr = std::unique_ptr<X509_SIG, Freer<X509_SIG_free>>;
using RequestPtr = std::unique_ptr<X509_REQ, Freer<X509_REQ_free>>;
using RevocationListPtr = std::unique_ptr<X509_CRL, Freer<X509_CRL_free>>;
using X509Ptr = std::unique_ptr<X509, Freer<X509_free>>;

struct FreeX509Stack {
    void operator()(STACK_OF(X509) * stack) const noexcept { sk_X509_pop_free(stack, X509_free); }
};
using X509StackPtr = std::unique_ptr<STACK_OF(X509), FreeX509Stack>;

struct OpensslError {
    std::string reason;       ///< the first error, in OpenSSL's words
    bool unsupported = false; ///< an algorithm that this OpenSSL does not support
};

/// Empties this thread's error queue. Throws SecureHeapFull if OpenSSL had no memory for a secret: what it
/// failed with is then no fault of the key or certificate.
OpensslError take_openssl_error();

/// The pointer, which is not null. Throws std::bad_alloc if OpenSSL could not allocate it.
template<class Pointer>
Pointer allocated(Pointer pointer) {
    if (!pointer)
        throw std::bad_alloc();
    return pointer;
}

/// A source that reads `bytes` in place; they must outlive it. Throws std::length_error beyond 2 GiB.
BioPtr reading_bio(ByteView bytes);

/// The form in which functions of OpenSSL take bytes.
inline const unsigned char* bytes_of(ByteView bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

} // namespace bgs2::pki
