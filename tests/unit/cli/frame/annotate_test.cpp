// SPDX-License-Identifier: Apache-2.0
#include "cli/frame/annotate.h"
#include "cli/frame/hex_dump.h"
#include "tests/support/identity.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>

namespace bgs2::cli {
namespace {

using sbnw::SecureCommand;
using test::Identity;

std::string dump_of(const SecureCommand& command, bool show_key = false, bool full = false) {
    const auto bytes = sbnw::encode(command).value();
    const auto frame = sbnw::decode(bytes.bytes()).value();
    return hex_dump(bytes.bytes(), annotate(frame, show_key), full);
}

SecureCommand client_command(const Identity& identity) {
    SecureCommand command;
    command.certificate = identity.certificate_der();
    command.private_key = pki::Secret::copy_of(identity.pkcs8_der());
    return command;
}

TEST(Annotate, NamesEveryFieldOfADeleteCommand) {
    SecureCommand command;
    command.command = sbnw::Command::delete_certificate;
    command.slot = 3;
    EXPECT_EQ(dump_of(command), R"(0000  0c 00                    total length  12 bytes, these two included
0002  03 00                    command       3: delete certificate
0004  01 00                    parameters    1 parameter follows

0006  06 00                    length        6 = 4 + 2 bytes of data
0008  01 00                    id            1: slot
000a  03 00                    data          slot 3
)");
}

TEST(Annotate, DescribesTextParameters) {
    SecureCommand command;
    command.command = sbnw::Command::delete_certificate;
    command.slot = 10;
    command.store = "is_cert";
    command.thumbprint = "0123456789abcdef0123456789abcdef01234567";
    command.imei = "356938035643809";
    command.signature = "QUJD";
    EXPECT_EQ(dump_of(command), R"(0000  62 00                    total length  98 bytes, these two included
0002  03 00                    command       3: delete certificate
0004  05 00                    parameters    5 parameters follow

0006  0c 00                    length        12 = 4 + 8 bytes of data
0008  07 00                    id            7: certificate store
000a  69 73 5f 63 65 72 74 00  data          "is_cert", NUL

0012  2d 00                    length        45 = 4 + 41 bytes of data
0014  06 00                    id            6: thumbprint
0016  30 31 32 33 34 35 36 37  data          SHA-1 0123456789abcdef0123456789abcdef01234567
001e  38 39 61 62 63 64 65 66                and NUL
0026  30 31 32 33 34 35 36 37
002e  38 39 61 62 63 64 65 66
0036  30 31 32 33 34 35 36 37
003e  00

003f  06 00                    length        6 = 4 + 2 bytes of data
0041  01 00                    id            1: slot
0043  0a 00                    data          slot 10

0045  14 00                    length        20 = 4 + 16 bytes of data
0047  04 00                    id            4: IMEI
0049  33 35 36 39 33 38 30 33  data          "356938035643809", NUL
0051  35 36 34 33 38 30 39 00

0059  09 00                    length        9 = 4 + 5 bytes of data
005b  03 00                    id            3: signature
005d  51 55 4a 44 00           data          4 characters of Base64, NUL
                                             signs the bytes from offset 0002 up to here
)");
}

TEST(Annotate, DescribesACertificate) {
    const Identity identity = Identity::make({.common_name = "Gateway 7"});
    SecureCommand command;
    command.slot = 1;
    command.certificate = identity.certificate_der();
    const std::string dump = dump_of(command);
    EXPECT_NE(dump.find("subject CN=Gateway 7"), std::string::npos) << dump;
    EXPECT_NE(dump.find("issuer CN=Gateway 7"), std::string::npos);
    EXPECT_NE(dump.find("expires 2049-12-31T00:00:00Z"), std::string::npos);
    EXPECT_NE(dump.find("SHA-1 " + identity.certificate().fingerprint()), std::string::npos);
}

TEST(Annotate, ShortensLongFieldsByDefault) {
    const Identity identity = Identity::make({});
    SecureCommand command;
    command.slot = 1;
    command.certificate = identity.certificate_der();
    EXPECT_NE(dump_of(command).find(" bytes  "), std::string::npos);
    const std::string full = dump_of(command, false, true);
    EXPECT_EQ(full.find("..."), std::string::npos);
    EXPECT_GT(full.size(), command.certificate.size() * 3);
}

TEST(Annotate, HidesThePrivateKey) {
    const Identity identity = Identity::make({});
    const SecureCommand command = client_command(identity);
    // Bytes from the middle of the key, as each of the outputs would spell them.
    const Bytes key = identity.pkcs8_der();
    const ByteView middle = ByteView(key).subspan(40, 4);
    const auto byte = [&](std::size_t i) { return std::to_integer<unsigned>(middle[i]); };
    const std::string spaced = fmt::format("{:02x} {:02x} {:02x}", byte(0), byte(1), byte(2));
    const std::string dump = dump_of(command, false, true);
    EXPECT_EQ(dump.find(spaced), std::string::npos);
    EXPECT_NE(dump.find(".. .. .. .. .. .. .. ..  data"), std::string::npos) << dump;
    EXPECT_NE(dump.find("EC key of 256 bits"), std::string::npos);
    EXPECT_NE(dump.find("PKCS#8"), std::string::npos);

    const auto bytes = sbnw::encode(command).value();
    const auto frame = sbnw::decode(bytes.bytes()).value();
    EXPECT_EQ(describe(frame, false).dump().find(to_hex(middle)), std::string::npos);
    EXPECT_NE(describe(frame, true).dump().find(to_hex(middle)), std::string::npos);
}

TEST(Annotate, CoversTheFrameWithoutGaps) {
    const auto bytes = sbnw::encode(client_command(Identity::make({}))).value();
    const auto frame = sbnw::decode(bytes.bytes()).value();
    std::size_t offset = 0;
    for (const Field& field : annotate(frame, false)) {
        EXPECT_EQ(field.offset, offset) << field.name;
        offset += field.size;
    }
    EXPECT_EQ(offset, bytes.size());
}

TEST(Annotate, ReportsAnInvalidCertificate) {
    SecureCommand command;
    command.slot = 1;
    command.certificate = Bytes(20, std::byte{0x41});
    EXPECT_NE(dump_of(command).find("20 bytes, unknown"), std::string::npos);
}

TEST(Describe, HasEveryFieldAsJson) {
    SecureCommand command;
    command.command = sbnw::Command::delete_certificate;
    command.slot = 3;
    command.imei = "356938035643809";
    const auto bytes = sbnw::encode(command).value();
    const auto frame = sbnw::decode(bytes.bytes()).value();
    EXPECT_EQ(describe(frame, false).dump(),
              R"({"length":32,"command":"delete certificate","parameters":[)"
              R"({"offset":6,"length":6,"id":1,"name":"slot","slot":3},)"
              R"({"offset":12,"length":20,"id":4,"name":"IMEI","text":"356938035643809"}]})");
}

} // namespace
} // namespace bgs2::cli
