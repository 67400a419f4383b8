// SPDX-License-Identifier: Apache-2.0
#include "daemon/pki/secret.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <malloc.h>
#include <utility>

namespace bgs2::pki {

namespace {

constexpr std::size_t smallest_block = 32;

// OpenSSL's own encoders and decoders leave a private key's DER in buffers that they release without zeroing.
// NOLINTBEGIN(cppcoreguidelines-no-malloc,cppcoreguidelines-owning-memory): this is the allocator
void* allocate(std::size_t size, const char* /*file*/, int /*line*/) {
    return size == 0 ? nullptr : std::malloc(size);
}

void release(void* retained, const char* /*file*/, int /*line*/) {
    if (retained == nullptr)
        return;
    OPENSSL_cleanse(retained, malloc_usable_size(retained));
    std::free(retained);
}

void* reallocate(void* retained, std::size_t size, const char* file, int line) {
    if (size == 0) {
        release(retained, file, line);
        return nullptr;
    }
    void* moved = allocate(size, file, line);
    if (moved != nullptr && retained != nullptr) {
        std::memcpy(moved, retained, std::min(size, malloc_usable_size(retained)));
        release(retained, file, line);
    }
    return moved;
}
// NOLINTEND(cppcoreguidelines-no-malloc,cppcoreguidelines-owning-memory)

} // namespace

const char* SecureHeapFull::what() const noexcept {
    return "the secure memory is full";
}

Error SecureHeapFull::error() {
    return {ErrorCode::busy, "the secure memory of bgs2d for keys and frames is full",
            "call again once other calls and jobs have ended"};
}

bool is_secure_heap_full() {
    constexpr std::size_t room = std::size_t{16} * 1024;
    void* probe = OPENSSL_secure_malloc(room);
    OPENSSL_secure_free(probe);
    return probe == nullptr;
}

std::size_t secure_size(std::size_t size) {
    return size == 0 ? 0 : std::max(smallest_block, std::bit_ceil(size));
}

Secret::Secret(std::size_t size)
  : size_(size) {
    if (size == 0)
        return;
    data_ = static_cast<std::byte*>(OPENSSL_secure_zalloc(size));
    if (data_ == nullptr)
        throw SecureHeapFull();
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

void Secret::resize(std::size_t size) {
    Secret resized(size);
    std::ranges::copy(bytes().first(std::min(size, size_)), resized.bytes().begin());
    *this = std::move(resized);
}

bool Secret::operator==(const Secret& other) const {
    return size_ == other.size_ && (size_ == 0 || CRYPTO_memcmp(data_, other.data_, size_) == 0);
}

SecureHeap set_up_secure_heap(std::size_t size) {
    // Fails if OpenSSL has allocated memory before; the secure heap is useful even then.
    CRYPTO_set_mem_functions(allocate, reallocate, release);
    switch (CRYPTO_secure_malloc_init(size, smallest_block)) {
    case 1:
        return SecureHeap::locked;
    case 2:
        return SecureHeap::unlocked;
    default:
        return SecureHeap::unavailable;
    }
}

} // namespace bgs2::pki
