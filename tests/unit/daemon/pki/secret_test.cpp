// SPDX-License-Identifier: Apache-2.0
#include "daemon/pki/key_file.h"
#include "daemon/pki/secret.h"
#include "tests/support/identity.h"

#include <gtest/gtest.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <new>
#include <utility>
#include <vector>

namespace bgs2::pki {
namespace {

TEST(Secret, LivesInTheSecureHeap) {
    const Secret secret(16);
    EXPECT_EQ(CRYPTO_secure_allocated(secret.bytes().data()), 1);
}

TEST(Secret, StartsAsZeroBytes) {
    const Secret secret(100);
    EXPECT_EQ(secret.size(), 100U);
    EXPECT_TRUE(std::ranges::all_of(secret.bytes(), [](std::byte byte) { return byte == std::byte{0}; }));
}

TEST(Secret, HoldsACopyOfItsInput) {
    const Secret secret = Secret::copy_of(as_bytes("passphrase"));
    EXPECT_EQ(as_text(secret.bytes()), "passphrase");
    EXPECT_EQ(secret.clone(), secret);
}

TEST(Secret, IsEmptyAfterBeingMovedFrom) {
    Secret first = Secret::copy_of(as_bytes("first"));
    Secret second(std::move(first));
    EXPECT_TRUE(first.empty()); // NOLINT(bugprone-use-after-move,clang-analyzer-cplusplus.Move): promised
    EXPECT_EQ(as_text(std::as_const(second).bytes()), "first");
    Secret third = Secret::copy_of(as_bytes("third"));
    third = std::move(second);
    EXPECT_TRUE(second.empty()); // NOLINT(bugprone-use-after-move,clang-analyzer-cplusplus.Move): promised
    EXPECT_EQ(as_text(std::as_const(third).bytes()), "first");
}

TEST(Secret, ZeroesTruncatedBytes) {
    Secret secret = Secret::copy_of(as_bytes("0123456789"));
    const std::span<std::byte> all = secret.bytes();
    secret.truncate(4);
    EXPECT_EQ(as_text(std::as_const(secret).bytes()), "0123");
    EXPECT_TRUE(std::ranges::all_of(all.subspan(4), [](std::byte byte) { return byte == std::byte{0}; }));
    secret.truncate(7);
    EXPECT_EQ(secret.size(), 4U);
}

TEST(Secret, KeepsItsContentWhenResized) {
    Secret secret = Secret::copy_of(as_bytes("abc"));
    secret.resize(5);
    EXPECT_EQ(as_text(std::as_const(secret).bytes()), std::string_view("abc\0\0", 5));
    EXPECT_EQ(CRYPTO_secure_allocated(secret.bytes().data()), 1);
    secret.resize(2);
    EXPECT_EQ(as_text(std::as_const(secret).bytes()), "ab");
}

TEST(Secret, IsComparedByContent) {
    const Secret secret = Secret::copy_of(as_bytes("same"));
    EXPECT_EQ(secret, Secret::copy_of(as_bytes("same")));
    EXPECT_FALSE(secret == Secret::copy_of(as_bytes("sama")));
    EXPECT_FALSE(secret == Secret::copy_of(as_bytes("same again")));
    EXPECT_EQ(Secret(), Secret(0));
}

TEST(Secret, ThrowsWhenTheSecureHeapIsExhausted) {
    EXPECT_THROW(Secret(std::size_t{1} << 24U), SecureHeapFull);
    EXPECT_THROW(Secret(std::size_t{1} << 24U), std::bad_alloc) << "for what handles a lack of memory";
}

TEST(Secret, TakesABlockOfTheSecureHeapWhoseSizeIsKnown) {
    for (const std::size_t size : {std::size_t{1}, std::size_t{32}, std::size_t{33}, std::size_t{5000}}) {
        const std::size_t before = CRYPTO_secure_used();
        const Secret secret(size);
        EXPECT_EQ(CRYPTO_secure_used() - before, secure_size(size)) << size;
    }
    EXPECT_EQ(secure_size(0), 0U);
}

TEST(Secret, AFullSecureHeapIsNoFaultOfAKey) {
    const auto identity = test::Identity::make({});
    const Bytes valid = identity.pkcs8_der();
    std::vector<Secret> others;
    for (std::size_t size = std::size_t{1} << 16U; size >= 32;) {
        try {
            others.emplace_back(size);
        } catch (const SecureHeapFull&) {
            size /= 2;
        }
    }
    EXPECT_TRUE(is_secure_heap_full());
    EXPECT_THROW((void)load_private_key(valid, "key.der", nullptr), SecureHeapFull);
    others.clear();
    EXPECT_FALSE(is_secure_heap_full());
    EXPECT_TRUE(load_private_key(valid, "key.der", nullptr));
}

TEST(Secret, SecureHeapCannotBeSetUpTwice) {
    EXPECT_EQ(set_up_secure_heap(), SecureHeap::unavailable);
    EXPECT_EQ(CRYPTO_secure_malloc_initialized(), 1);
}

} // namespace
} // namespace bgs2::pki
