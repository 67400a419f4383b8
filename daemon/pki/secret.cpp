#include "daemon/pki/secret.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <new>
#include <utility>

namespace bgs2::pki {

Secret::Secret(std::size_t size)
  : size_(size) {
    if (size == 0)
        return;
    data_ = static_cast<std::byte*>(OPENSSL_secure_zalloc(size));
    if (data_ == nullptr)
        throw std::bad_alloc();
}

Secret Secret::copy_of(ByteView bytes) {
    Secret secret(bytes.size());
    std::ranges::copy(bytes, secret.bytes().begin());
    return secret;
}

Secret::Secret(Secret&& other) noexcept
  : data_(std::exchange(other.data_, nullptr))
  , size_(std::exchange(other.size_, 0)) {}

Secret& Secret::operator=(Secret&& other) noexcept {
    if (this != &other) {
        OPENSSL_secure_clear_free(data_, size_);
        data_ = std::exchange(other.data_, nullptr);
        size_ = std::exchange(other.size_, 0);
    }
    return *this;
}

Secret::~Secret() {
    OPENSSL_secure_clear_free(data_, size_);
}

void Secret::truncate(std::size_t size) {
    if (size >= size_)
        return;
    OPENSSL_cleanse(data_ + size, size_ - size);
    size_ = size;
}

bool Secret::operator==(const Secret& other) const {
    return size_ == other.size_ && (size_ == 0 || CRYPTO_memcmp(data_, other.data_, size_) == 0);
}

} // namespace bgs2::pki
