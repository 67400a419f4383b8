// SPDX-License-Identifier: Apache-2.0
// Bytes that must not leak: private keys, passphrases, and the frames that carry them.
#pragma once

#include "daemon/base/bytes.h"

#include <cstddef>
#include <span>

namespace bgs2::pki {

/// Owns bytes in OpenSSL's secure heap: locked into memory, left out of core dumps, zeroed on release.
/// Moved, never copied by accident: see clone(). Throws std::bad_alloc when the secure heap is used up.
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

    /// Forgets all bytes from `size` on (zeroed); no effect if there are fewer.
    void truncate(std::size_t size);

    /// Moves what there is, as far as it goes, to as much memory as that takes; what is new is zero.
    void resize(std::size_t size);

    bool operator==(const Secret& other) const; ///< in constant time for equal sizes

  private:
    std::byte* data_ = nullptr;
    std::size_t size_ = 0;
};

enum class SecureHeap {
    locked,      ///< as it should be
    unlocked,    ///< in use, but the kernel did not let it be locked (RLIMIT_MEMLOCK): it may be swapped out
    unavailable, ///< secrets live in the ordinary heap, zeroed on release all the same
};

/// Sets the secure heap up, once, before any other use of OpenSSL. `size` in bytes, a power of two. Called
/// that early, it also makes OpenSSL zero whatever it releases: what it keeps on the ordinary heap while it
/// decodes or decrypts a key.
SecureHeap set_up_secure_heap(std::size_t size = std::size_t{1} << 20U);

} // namespace bgs2::pki
