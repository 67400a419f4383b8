// SPDX-License-Identifier: Apache-2.0
#include "daemon/pki/openssl.h"

#include "daemon/pki/secret.h"

#include <openssl/err.h>
#include <openssl/evperr.h>

#include <limits>
#include <stdexcept>

namespace bgs2::pki {

OpensslError take_openssl_error() {
    OpensslError result;
    bool without_memory = false;
    while (const unsigned long code = ERR_get_error()) {
        without_memory = without_memory || ERR_GET_REASON(code) == ERR_R_MALLOC_FAILURE;
        if (result.reason.empty()) {
            if (const char* reason = ERR_reason_error_string(code); reason != nullptr)
                result.reason = reason;
        }
        if (ERR_GET_LIB(code) == ERR_LIB_EVP && (ERR_GET_REASON(code) == ERR_R_UNSUPPORTED ||
                                                 ERR_GET_REASON(code) == EVP_R_UNSUPPORTED_ALGORITHM ||
                                                 ERR_GET_REASON(code) == EVP_R_UNSUPPORTED_CIPHER))
            result.unsupported = true;
    }
    if (without_memory && is_secure_heap_full()) // an invalid length in a file has the same reason
        throw SecureHeapFull();
    if (result.reason.empty())
        result.reason = "OpenSSL gives no reason";
    return result;
}

BioPtr reading_bio(ByteView bytes) {
    if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
        throw std::length_error("more bytes than OpenSSL reads at once");
    return allocated(BioPtr(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size()))));
}

} // namespace bgs2::pki
