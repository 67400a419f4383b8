// SPDX-License-Identifier: Apache-2.0
#include "tests/support/program.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cstdlib>

namespace bgs2::test {
namespace {

using nlohmann::json;

std::filesystem::path vectors() {
    const char* given = std::getenv("BGS2_VECTORS");
    return given != nullptr ? given : BGS2_VECTORS;
}

/// The command line for a frame of vectors.json.
std::vector<std::string> arguments_for(const json& vector) {
    std::vector<std::string> arguments{
        "frame",   "encode",        "--slot",   std::to_string(vector["slot"].get<int>()),
        "--store", vector["store"], "--format", vector["format"]};
    const auto add_file = [&](const char* option, const char* key) {
        if (vector.contains(key) && vector[key].is_string())
            arguments.insert(arguments.end(), {option, vectors() / vector[key].get<std::string>()});
    };
    const auto add_text = [&](const char* option, const char* key) {
        if (vector.contains(key) && vector[key].is_string())
            arguments.insert(arguments.end(), {option, vector[key]});
    };
    add_file("--cert", "certificate");
    add_file("--key", "private_key");
    add_file("--sign-key", "signing_key");
    add_text("--digest", "signature");
    add_text("--imei", "imei");
    if (vector["command"] == "delete")
        arguments.emplace_back("--delete");
    if (vector["include_store"] == true)
        arguments.emplace_back("--include-store");
    if (vector["include_thumbprint"] == true)
        arguments.emplace_back("--include-thumbprint");
    return arguments;
}

TEST(Vectors, AreEncodedByteForByte) {
    if (!std::filesystem::exists(vectors() / "vectors.json"))
        GTEST_SKIP() << "no vectors.json in " << vectors() << "; name its folder in BGS2_VECTORS";
    const json all = json::parse(read_text(vectors() / "vectors.json"));
    ASSERT_FALSE(all.empty());
    for (const json& vector : all) {
        const std::string name = vector["name"];
        const Outcome made = run(arguments_for(vector));
        EXPECT_EQ(made.exit, 0) << name << ": " << made.errors;
        EXPECT_TRUE(made.output == read_text(vectors() / (name + ".bin"))) << name;
        const Outcome decoded = run({"frame", "decode", vectors() / (name + ".bin")});
        EXPECT_EQ(decoded.exit, 0) << name << ": " << decoded.errors;
    }
}

} // namespace
} // namespace bgs2::test
