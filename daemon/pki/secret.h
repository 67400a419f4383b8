// SPDX-License-Identifier: Apache-2.0
// Bytes that must not leak: private keys, passphrases, and the frames that carry them.
#pragma once

#include "daemon/base/bytes.h"
#include "daemon/base/error.h"

#include <cstddef>
#include <new>
#include <span>

namespace bgs2::pki {

/// The secure heap has no room: a state of the process that passes, and no fault of what was to be kept. Not
/// an Exception, so that nothing takes it for an error of a file or a modem: the work is tried again.
class SecureHeapFull final : public std::bad_alloc {
  public:
    [[nodiscard]] const char* what() const noexcept override;
    [[nodiscard]] static Error error(); ///< Busy, with a hint
};

/// Whether the secure heap has no room for a key with what OpenSSL derives from it (16 KiB).
bool is_secure_heap_full();

/// The number of bytes of the secure heap that a Secret of `size` bytes takes: blocks are powers of two.
std::size_t secure_size(std::size_t size);

/// Owns bytes in OpenSSL's secure heap: locked into memory, left out of core dumps, zeroed on release.
/// Movable; copied only by clone(). Throws SecureHeapFull.
class Secret {
  public:
    Secret() = default;
    explicit Secret(std::size_t size); ///< `size` zero bytes
    static Secret copy_of(ByteView bytes);

    Secret(Secret&& other) noexcept;
    Secret& operator=(Secret&& other) noexcept;
    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;
    ~Secret();

    [[nodiscard]] Secret clone() const { return copy_of(bytes()); }
    [[nodiscard]] std::span<std::byte> bytes() { return {data_, size_}; }
    [[nodiscard]] ByteView bytes() const { return {data_, size_}; }
    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] bool empty() const { return size_ == 0; }

    /// Zeroes and removes all bytes from `size` on; no effect if there are fewer.
    void truncate(std::size_t size);

    /// Reallocates to `size` bytes: keeps as many bytes as fit; new bytes are zero.
    void resize(std::size_t size);

    bool operator==(const Secret& other) const; ///< in constant time for equal sizes

  private:
    std::byte* data_ = nullptr;
    std::size_t size_ = 0;
};

enum class SecureHeap {
    locked,      ///< the normal case
    unlocked,    ///< in use, but not locked (RLIMIT_MEMLOCK): it may be swapped out
    unavailable, ///< secrets are in the ordinary heap, also zeroed on release
};

/// Sets up the secure heap, once, before any other use of OpenSSL. `size` is in bytes, a power of two. Called
/// that early, it also makes OpenSSL zero all memory that it releases, including buffers on the ordinary heap
/// for decoding or decrypting a key.
SecureHeap set_up_secure_heap(std::size_t size = std::size_t{1} << 20U);

} // namespace bgs2::pki
