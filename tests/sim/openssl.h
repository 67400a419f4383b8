// SPDX-License-Identifier: Apache-2.0
// Owning pointers for OpenSSL objects.
#pragma once

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>

namespace bgs2::sim {

template<auto function>
struct FreeWith {
    template<class T>
    void operator()(T* object) const {
        function(object);
    }
};

using Bio = std::unique_ptr<BIO, FreeWith<BIO_free_all>>;
using BigNumber = std::unique_ptr<BIGNUM, FreeWith<BN_free>>;
using Key = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, FreeWith<EVP_PKEY_CTX_free>>;
using X509Certificate = std::unique_ptr<X509, FreeWith<X509_free>>;

} // namespace bgs2::sim
