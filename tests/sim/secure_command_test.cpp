// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/secure_command.h"
#include "tests/sim/signing_key.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace bgs2::sim {
namespace {

Bytes from_hex(std::string_view text) {
    Bytes bytes;
    for (std::size_t i = 0; i < text.size();) {
        if (text[i] == ' ') {
            ++i;
            continue;
        }
        bytes.push_back(static_cast<std::uint8_t>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16)));
        i += 2;
    }
    return bytes;
}

ResultCode result_of(std::string_view hex) {
    const auto command = read_secure_command(from_hex(hex));
    return command ? ResultCode::end_ok : command.error().result;
}

TEST(SecureCommand, DecodesADeleteCommand) {
    const auto command = read_secure_command(from_hex("0c00 0300 0100 0600 0100 0300"));
    ASSERT_TRUE(command) << command.error().reason;
    EXPECT_EQ(command->verb, SecureCommand::Verb::erase);
    EXPECT_EQ(command->slot, 3);
    EXPECT_EQ(command->parameter_ids, std::vector<unsigned>{1});
    EXPECT_FALSE(command->certificate || command->private_key || command->signature);
}

TEST(SecureCommand, DecodesAWriteCommandWithEveryParameter) {
    // store "is_cert", thumbprint 40 x "a", slot 0, certificate c0 c1, key e0, IMEI, signature "QUI="
    const auto command = read_secure_command(from_hex(
        "6d00 0100 0700"
        "0c00 0700 69735f6365727400"
        "2d00 0600 61616161616161616161616161616161616161616161616161616161616161616161616161616161 00"
        "0600 0100 0000"
        "0600 0200 c0c1"
        "0500 0500 e0"
        "1400 0400 333536393338303335363433383039 00"
        "0900 0300 5155493d 00"));
    ASSERT_TRUE(command) << command.error().reason;
    EXPECT_EQ(command->parameter_ids, (std::vector<unsigned>{7, 6, 1, 2, 5, 4, 3}));
    EXPECT_EQ(command->store, "is_cert");
    EXPECT_EQ(command->thumbprint, std::string(40, 'a'));
    EXPECT_EQ(command->certificate, (Bytes{0xc0, 0xc1}));
    EXPECT_EQ(command->private_key, Bytes{0xe0});
    EXPECT_EQ(command->imei, "356938035643809");
    EXPECT_EQ(command->signature, "QUI=");
    EXPECT_EQ(command->signed_bytes.size(), 0x6dU - 2 - 9);
}

TEST(SecureCommand, RequiresLittleEndianLengthsThatCountThemselves) {
    EXPECT_EQ(announced_size(0x6b, 0x03), 875U);
    EXPECT_EQ(result_of("000c 0300 0100 0600 0100 0300"), ResultCode::length_error);
    EXPECT_EQ(result_of("0a00 0300 0100 0600 0100 0300"), ResultCode::length_error);
    EXPECT_EQ(result_of("0c00 0300 0100 0200 0100 0300"), ResultCode::length_error);
    EXPECT_EQ(result_of("0c00 0300 0100 0700 0100 0300"), ResultCode::length_error);
    EXPECT_EQ(result_of("0d00 0300 0100 0600 0100 0300 00"), ResultCode::length_error);
}

TEST(SecureCommand, RejectsAWrongParameterCount) {
    EXPECT_EQ(result_of("0c00 0300 0200 0600 0100 0300"), ResultCode::length_error);
    EXPECT_EQ(result_of("0c00 0300 0000 0600 0100 0300"), ResultCode::length_error);
}

TEST(SecureCommand, RejectsAnUnknownCommand) {
    EXPECT_EQ(result_of("0c00 0200 0100 0600 0100 0300"), ResultCode::length_error);
}

TEST(SecureCommand, RejectsTextsWithoutASingleTrailingNul) {
    EXPECT_EQ(result_of("1300 0300 0200 0600 0100 0300 0700 0700 616263"), ResultCode::length_error);
    EXPECT_EQ(result_of("1300 0300 0200 0600 0100 0300 0700 0700 610000"), ResultCode::length_error);
    EXPECT_EQ(result_of("1300 0300 0200 0600 0100 0300 0700 0700 616200"), ResultCode::end_ok);
}

TEST(SecureCommand, RejectsParametersThatAreUnknownRepeatedOrAfterTheSignature) {
    EXPECT_EQ(result_of("1000 0300 0200 0600 0100 0300 0400 0800"), ResultCode::refused);
    EXPECT_EQ(result_of("1200 0300 0200 0600 0100 0300 0600 0100 0300"), ResultCode::refused);
    EXPECT_EQ(result_of("1200 0300 0200 0600 0300 4100 0600 0100 0300"), ResultCode::refused);
    EXPECT_EQ(result_of("0600 0300 0000"), ResultCode::refused); // no slot
}

TEST(SecureCommand, ReportsALengthErrorForEveryTruncation) {
    const auto whole = from_hex("1900 0100 0300 0600 0100 0000 0700 0200 c0c1c2 0600 0500 e0e1");
    ASSERT_TRUE(read_secure_command(whole));
    for (std::size_t size = 0; size < whole.size(); ++size)
        EXPECT_EQ(read_secure_command(ByteView(whole).first(size)).error().result, ResultCode::length_error)
            << size;
}

// ---- frames recorded from the vendor's tool

std::filesystem::path vectors() {
    const char* given = std::getenv("BGS2_VECTORS");
    return given != nullptr ? std::filesystem::path(given) : std::filesystem::path(BGS2SIM_DEFAULT_VECTORS);
}

Bytes read_file(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

class Vectors : public testing::Test {
  protected:
    void SetUp() override {
        std::ifstream stream(vectors() / "vectors.json");
        if (!stream)
            GTEST_SKIP() << "no vectors.json in " << vectors() << "; set BGS2_VECTORS to their folder";
        list_ = nlohmann::json::parse(stream);
        ASSERT_FALSE(list_.empty());
    }
    nlohmann::json list_;
};

TEST_F(Vectors, DecodeToTheFieldsOfVectorsJson) {
    for (const auto& vector : list_) {
        SCOPED_TRACE(vector.at("name"));
        const auto bytes = read_file(vectors() / (vector.at("name").get<std::string>() + ".bin"));
        ASSERT_EQ(bytes.size(), vector.at("bytes"));
        const auto command = read_secure_command(bytes);
        ASSERT_TRUE(command) << command.error().reason;
        EXPECT_EQ(command->verb == SecureCommand::Verb::write, vector.at("command") == "write");
        EXPECT_EQ(command->slot, vector.at("slot"));
        if (vector.contains("certificate")) {
            EXPECT_EQ(command->certificate, read_file(vectors() / vector.at("certificate")));
        }
        EXPECT_EQ(command->private_key.has_value(), vector.contains("private_key"));
        if (command->private_key) {
            EXPECT_EQ(*command->private_key, read_file(vectors() / vector.at("private_key")));
        }
        EXPECT_EQ(command->signature.has_value(), !vector.at("signature").is_null());
        EXPECT_EQ(command->imei.value_or(""),
                  vector.at("imei").is_null() ? "" : vector.at("imei").get<std::string>());
        EXPECT_EQ(command->store.has_value(), vector.at("include_store").get<bool>());
        EXPECT_EQ(command->thumbprint.has_value(), vector.at("include_thumbprint").get<bool>());
    }
}

TEST_F(Vectors, HaveSignaturesThatMatchOnlyTheSigningKey) {
    const auto signer = SigningKey::load(vectors() / "inputs/mgmt.cert.pem");
    const auto from_private = SigningKey::load(vectors() / "inputs/mgmt.key.pem");
    const auto other = SigningKey::load(vectors() / "inputs/client-a.cert.pem");
    for (const auto& vector : list_) {
        SCOPED_TRACE(vector.at("name"));
        auto command =
            read_secure_command(read_file(vectors() / (vector.at("name").get<std::string>() + ".bin")));
        ASSERT_TRUE(command) << command.error().reason;
        if (!command->signature)
            continue;
        EXPECT_TRUE(signer.verify(*command->signature, command->signed_bytes));
        EXPECT_TRUE(from_private.verify(*command->signature, command->signed_bytes));
        EXPECT_FALSE(other.verify(*command->signature, command->signed_bytes));
        command->signed_bytes.back() ^= 1U;
        EXPECT_FALSE(signer.verify(*command->signature, command->signed_bytes));
    }
}

} // namespace
} // namespace bgs2::sim
