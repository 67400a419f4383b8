// SPDX-License-Identifier: Apache-2.0
// Files that people really have, beside the recorded frames; not part of the project, so they may be absent.
#pragma once

#include "daemon/pki/file.h"
#include "daemon/pki/key_pair.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

namespace bgs2::test {

/// The names of the files of a key pair; empty: none.
struct CaseFiles {
    std::string certificate;
    std::string key{};
    std::string passphrase{}; ///< its file
};

class Cases : public ::testing::Test {
  protected:
    void SetUp() override {
        const char* given = std::getenv("BGS2_VECTORS");
        folder_ = std::filesystem::path(given != nullptr ? given : BGS2_VECTORS) / "../cases";
        if (!std::filesystem::exists(folder_ / "base"))
            GTEST_SKIP() << "no files in " << folder_ << ": set BGS2_VECTORS to the folder beside them";
    }

    [[nodiscard]] Bytes file(const std::string& name) const {
        return value_or_throw(value_or_throw(pki::File::open(folder_ / name)).read());
    }

    [[nodiscard]] std::optional<pki::Secret> passphrase(const std::string& name) const {
        if (name.empty())
            return std::nullopt;
        pki::Secret secret = pki::Secret::copy_of(file(name));
        pki::clean_passphrase(secret);
        return secret;
    }

    [[nodiscard]] Expected<pki::KeyPair>
    load(const CaseFiles& files, pki::CertificateFormat format = pki::CertificateFormat::der) const {
        const Bytes certificate = file(files.certificate);
        const Bytes key = files.key.empty() ? Bytes() : file(files.key);
        const auto secret = passphrase(files.passphrase);
        pki::Sources sources{.certificate = certificate,
                             .certificate_name = files.certificate,
                             .key = std::nullopt,
                             .key_name = files.key,
                             .passphrase = secret ? &*secret : nullptr,
                             .key_from_certificate = files.key.empty()};
        if (!files.key.empty())
            sources.key = key;
        return pki::load(sources, format, pki::KeyFormat::pkcs8);
    }

    std::filesystem::path folder_;
};

} // namespace bgs2::test
