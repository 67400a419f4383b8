// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/daemon/sbnw/vectors.h"

#include "tests/support/bytes.h"

#include <nlohmann/json.hpp>
#include <openssl/evp.h>

#include <array>
#include <cstdlib>
#include <fstream>

namespace bgs2::sbnw {
namespace {

using nlohmann::json;

/// By OpenSSL itself, so that the vectors do not lean on the code they are there to check.
std::string sha1(ByteView bytes) {
    std::array<std::byte, 20> digest{};
    EVP_Q_digest(nullptr, "SHA1", nullptr, bytes.data(), bytes.size(),
                 reinterpret_cast<unsigned char*>(digest.data()), nullptr);
    return to_hex(digest);
}

Vector read_vector(const std::filesystem::path& directory, const json& entry) {
    Vector vector;
    vector.name = entry.at("name");
    vector.frame = test::read_whole(directory / (vector.name + ".bin"));

    SecureCommand& command = vector.command;
    command.command =
        entry.at("command") == "write" ? Command::write_certificate : Command::delete_certificate;
    command.slot = entry.at("slot");
    if (entry.contains("certificate"))
        command.certificate = test::read_whole(directory / entry.at("certificate"));
    if (entry.contains("private_key"))
        command.private_key = pki::Secret::copy_of(test::read_whole(directory / entry.at("private_key")));
    if (entry.at("include_store"))
        command.store = entry.at("store");
    if (entry.at("include_thumbprint"))
        command.thumbprint = sha1(command.certificate);
    if (!entry.at("imei").is_null())
        command.imei = entry.at("imei");
    if (!entry.at("signature").is_null()) {
        vector.digest = from_word<Digest>(entry.at("signature").get<std::string>());
        vector.signing_key = directory / entry.at("signing_key");
    }
    return vector;
}

} // namespace

std::filesystem::path vectors_directory() {
    const char* named = std::getenv("BGS2_VECTORS");
    return named != nullptr ? named : BGS2_DEFAULT_VECTORS;
}

std::vector<Vector> read_vectors(const std::filesystem::path& directory) {
    std::ifstream file(directory / "vectors.json");
    std::vector<Vector> vectors;
    for (const json& entry : json::parse(file))
        vectors.push_back(read_vector(directory, entry));
    return vectors;
}

void VectorsTest::SetUp() {
    const auto directory = vectors_directory();
    if (!exists(directory / "vectors.json"))
        GTEST_SKIP() << "the vendor's frames are missing: no vectors.json in " << directory
                     << "; name its folder in BGS2_VECTORS";
    vectors_ = read_vectors(directory);
    ASSERT_FALSE(vectors_.empty());
}

} // namespace bgs2::sbnw
