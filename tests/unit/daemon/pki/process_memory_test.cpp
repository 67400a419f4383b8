// SPDX-License-Identifier: Apache-2.0
// The memory of the process holds no key that is no longer needed.
#include "daemon/pki/file.h"
#include "daemon/pki/key_pair.h"
#include "tests/support/identity.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cinttypes>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sys/wait.h>
#include <unistd.h>

// The sanitizer keeps released memory and reserves more address space than can be searched.
#ifndef __SANITIZE_ADDRESS__

namespace bgs2::pki {
namespace {

constexpr std::byte mask{0x5a};

/// The number of copies of the bytes, each of them masked in `needle`, in the memory of this process.
int occurrences(const Bytes& needle) {
    int found = 0;
    std::ifstream maps("/proc/self/maps");
    std::string line;
    while (std::getline(maps, line)) {
        std::uintptr_t start = 0;
        std::uintptr_t end = 0;
        std::array<char, 5> rights{};
        if (std::sscanf(line.c_str(), "%" SCNxPTR "-%" SCNxPTR " %4s", &start, &end, rights.data()) !=
                3 || // NOLINT(cert-err34-c)
            std::string_view(rights.data()) != "rw-p")
            continue;
        const auto* from =
            reinterpret_cast<const std::byte*>(start); // NOLINT(performance-no-int-to-ptr): it is one
        const auto matches = [&](const std::byte* at) {
            return std::ranges::equal(needle, ByteView(at, needle.size()), {},
                                      [](std::byte b) { return b ^ mask; });
        };
        for (const std::byte* at = from; at + needle.size() <= from + (end - start); ++at)
            found += matches(at) ? 1 : 0;
    }
    return found;
}

class ProcessMemory : public testing::TestWithParam<const char*> {};

TEST_P(ProcessMemory, ContainsNoKeyPlaintextAfterUse) {
    std::string folder = testing::TempDir() + "bgs2-memory-XXXXXX";
    ASSERT_NE(::mkdtemp(folder.data()), nullptr);
    // Another process makes the key, so that this one knows no more of it than what is under test tells it.
    const pid_t maker = ::fork();
    ASSERT_GE(maker, 0);
    if (maker == 0) {
        const auto identity = test::Identity::make({.algorithm = test::Algorithm::rsa2048});
        const auto write = [&](const char* name, ByteView bytes) {
            std::ofstream(folder + "/" + name, std::ios::binary) << as_text(bytes);
        };
        write("certificate", identity.certificate_der());
        write("der", identity.pkcs8_der());
        write("pem", as_bytes(identity.traditional_pem()));
        write("encrypted-der", identity.encrypted_der("pass"));
        write("encrypted-pem", as_bytes(identity.encrypted_pem("pass")));
        write("old-encrypted-pem", as_bytes(identity.old_encrypted_pem("pass")));
        write("pkcs12", identity.pkcs12({.passphrase = "pass"}));
        // Somewhere within the private exponent, far from what is public.
        const Bytes der = identity.pkcs8_der();
        Bytes needle(der.begin() + 400, der.begin() + 432);
        std::ranges::transform(needle, needle.begin(), [](std::byte b) { return b ^ mask; });
        write("needle", needle);
        ::_exit(0);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(maker, &status, 0), maker);
    ASSERT_EQ(status, 0);

    const Bytes needle = value_or_throw(value_or_throw(File::open(folder + "/needle")).read());
    {
        const Bytes certificate = value_or_throw(value_or_throw(File::open(folder + "/certificate")).read());
        const Secret key =
            value_or_throw(value_or_throw(File::open(folder + "/" + GetParam())).read_secret());
        const Secret passphrase = Secret::copy_of(as_bytes("pass"));
        const KeyPair credential = value_or_throw(load({.certificate = certificate,
                                                        .certificate_name = "certificate",
                                                        .key = key.bytes(),
                                                        .key_name = GetParam(),
                                                        .passphrase = &passphrase},
                                                       CertificateFormat::der, KeyFormat::pkcs8));
        // The key to send, and the file itself if it is plain.
        EXPECT_EQ(occurrences(needle), std::string_view(GetParam()) == "der" ? 2 : 1);
    }
    EXPECT_EQ(occurrences(needle), 0);
    std::filesystem::remove_all(folder);
}

INSTANTIATE_TEST_SUITE_P(Forms, ProcessMemory,
                         testing::Values("der", "pem", "encrypted-der", "encrypted-pem", "old-encrypted-pem",
                                         "pkcs12"),
                         [](const auto& form) {
                             std::string name = form.param;
                             std::erase(name, '-');
                             return name;
                         });

} // namespace
} // namespace bgs2::pki

#endif
