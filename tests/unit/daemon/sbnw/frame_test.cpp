// SPDX-License-Identifier: Apache-2.0
#include "daemon/sbnw/frame.h"
#include "tests/support/bytes.h"
#include "tests/unit/daemon/sbnw/vectors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bgs2::sbnw {
namespace {

using test::from_hex;
using testing::AllOf;
using testing::AnyOf;
using testing::HasSubstr;
using testing::StartsWith;

constexpr auto write = Command::write_certificate;
constexpr auto erase = Command::delete_certificate;
constexpr std::string_view imei = "356938035643809";
constexpr std::string_view thumbprint = "0123456789abcdef0123456789abcdef01234567";

/// A command with the parts that texts can give; certificate and key as hex.
struct Parts {
    Command command = write;
    std::uint16_t slot = 0;
    std::string_view certificate{};
    std::string_view private_key{};
    std::optional<std::string> store{};
    std::optional<std::string> thumbprint{};
    std::optional<std::string> imei{};
    std::optional<std::string> signature{};
};

SecureCommand make(const Parts& parts) {
    SecureCommand command;
    command.command = parts.command;
    command.slot = parts.slot;
    command.certificate = from_hex(parts.certificate);
    command.private_key = pki::Secret::copy_of(from_hex(parts.private_key));
    command.store = parts.store;
    command.thumbprint = parts.thumbprint;
    command.imei = parts.imei;
    command.signature = parts.signature;
    return command;
}

struct Golden {
    std::string_view name;
    Parts parts;
    std::string_view frame; ///< written by hand after protocol.md §1
};

std::string all_parameters() {
    return "6d00 0100 0700"
           "| 0c00 0700 69735f63657274 00"
           "| 2d00 0600 30313233343536373839616263646566 30313233343536373839616263646566 3031323334353637 00"
           "| 0600 0100 0000"
           "| 0500 0200 aa"
           "| 0600 0500 bbcc"
           "| 1400 0400 333536393338303335363433383039 00"
           "| 0900 0300 51554a44 00";
}

std::vector<Golden> goldens() {
    static const std::string everything = all_parameters();
    return {
        {.name = "delete slot 3",
         .parts = {.command = erase, .slot = 3},
         .frame = "0c00 0300 0100 | 0600 0100 0300"},
        {.name = "a slot is little-endian",
         .parts = {.command = erase, .slot = 0x0201},
         .frame = "0c00 0300 0100 | 0600 0100 0102"},
        {.name = "server certificate",
         .parts = {.slot = 1, .certificate = "3000"},
         .frame = "1200 0100 0200 | 0600 0100 0100 | 0600 0200 3000"},
        {.name = "client certificate with its key",
         .parts = {.certificate = "aa", .private_key = "bbcc"},
         .frame = "1700 0100 0300 | 0600 0100 0000 | 0500 0200 aa | 0600 0500 bbcc"},
        {.name = "store before slot",
         .parts = {.command = erase, .slot = 3, .store = "is_cert"},
         .frame = "1800 0300 0200 | 0c00 0700 69735f63657274 00 | 0600 0100 0300"},
        {.name = "another store",
         .parts = {.command = erase, .store = "management_cert"},
         .frame = "2000 0300 0200 | 1400 0700 6d616e6167656d656e745f63657274 00 | 0600 0100 0000"},
        {.name = "thumbprint before slot",
         .parts = {.slot = 1, .certificate = "aa", .thumbprint = std::string(thumbprint)},
         .frame = "3e00 0100 0300 | 2d00 0600 30313233343536373839616263646566"
                  "30313233343536373839616263646566 3031323334353637 00"
                  "| 0600 0100 0100 | 0500 0200 aa"},
        {.name = "IMEI behind slot",
         .parts = {.command = erase, .slot = 3, .imei = std::string(imei)},
         .frame = "2000 0300 0200 | 0600 0100 0300 | 1400 0400 333536393338303335363433383039 00"},
        {.name = "signature last",
         .parts = {.command = erase, .slot = 3, .imei = std::string(imei), .signature = "QUJD"},
         .frame = "2900 0300 0300 | 0600 0100 0300 | 1400 0400 333536393338303335363433383039 00"
                  "| 0900 0300 51554a44 00"},
        {.name = "everything, in the order 7 6 1 2 5 4 3",
         .parts = {.certificate = "aa",
                   .private_key = "bbcc",
                   .store = "is_cert",
                   .thumbprint = std::string(thumbprint),
                   .imei = std::string(imei),
                   .signature = "QUJD"},
         .frame = everything},
    };
}

/// An error of the decoder must name the offset and the field.
testing::Matcher<const std::string&> names_offset_and_field() {
    return AllOf(StartsWith("offset "),
                 AnyOf(HasSubstr("total length"), HasSubstr("command"), HasSubstr("parameter"),
                       HasSubstr("certificate"), HasSubstr("thumbprint"), HasSubstr("slot"),
                       HasSubstr("private key"), HasSubstr("IMEI"), HasSubstr("signature")));
}

Error error_of(ByteView bytes) {
    const auto frame = decode(bytes);
    return frame ? Error{} : frame.error();
}

TEST(Frame, IsEncodedAsSpecifiedForEveryCombination) {
    for (const Golden& golden : goldens()) {
        SCOPED_TRACE(golden.name);
        const auto frame = encode(make(golden.parts));
        ASSERT_TRUE(frame);
        EXPECT_EQ(to_hex(frame->bytes()), to_hex(from_hex(golden.frame)));
    }
}

TEST(Frame, IsDecodedToTheOriginalCommand) {
    for (const Golden& golden : goldens()) {
        SCOPED_TRACE(golden.name);
        const Bytes bytes = from_hex(golden.frame);
        const auto frame = decode(bytes);
        ASSERT_TRUE(frame) << frame.error().what;
        EXPECT_EQ(command_of(*frame), make(golden.parts));
    }
}

TEST(Frame, ReportsTheOffsetOfEachParameter) {
    const Bytes bytes = from_hex(all_parameters());
    const auto frame = decode(bytes);
    ASSERT_TRUE(frame);
    std::vector<std::pair<std::size_t, std::string_view>> found;
    for (const Parameter& parameter : frame->parameters)
        found.emplace_back(parameter.offset, word(parameter.id));
    EXPECT_EQ(found, (std::vector<std::pair<std::size_t, std::string_view>>{{6, "certificate store"},
                                                                            {18, "thumbprint"},
                                                                            {63, "slot"},
                                                                            {69, "certificate"},
                                                                            {74, "private key"},
                                                                            {80, "IMEI"},
                                                                            {100, "signature"}}));
    EXPECT_EQ(frame->find(ParameterId::store)->text(), "is_cert");
}

TEST(Frame, AcceptsParametersInAnyOrder) {
    const Bytes bytes = from_hex("1200 0100 0200 | 0600 0200 3000 | 0600 0100 0100");
    const auto frame = decode(bytes);
    ASSERT_TRUE(frame);
    EXPECT_EQ(command_of(*frame), make({.slot = 1, .certificate = "3000"}));
}

TEST(Frame, IsLimitedTo65535Bytes) {
    SecureCommand command;
    command.certificate = Bytes(max_frame_size - 16, std::byte{0x30});
    const auto largest = encode(command);
    ASSERT_TRUE(largest);
    EXPECT_EQ(largest->size(), 65535U);
    const auto frame = decode(largest->bytes());
    ASSERT_TRUE(frame);
    EXPECT_EQ(command_of(*frame), command);

    command.certificate.push_back(std::byte{0x30});
    const auto too_large = encode(command);
    ASSERT_FALSE(too_large);
    EXPECT_EQ(too_large.error().code, ErrorCode::too_much_data);
    EXPECT_THAT(too_large.error().what, HasSubstr("65536"));
}

TEST(Frame, IsNotEncodedWithInvalidTextFields) {
    const std::string nul("a\0b", 3);
    const std::vector<std::pair<Parts, std::string_view>> cases{
        {{.imei = "35693803564380"}, "IMEI"},
        {{.imei = "3569380356438090"}, "IMEI"},
        {{.imei = "35693803564380x"}, "IMEI"},
        {{.thumbprint = "0123"}, "thumbprint"},
        {{.thumbprint = "0123456789ABCDEF0123456789ABCDEF01234567"}, "thumbprint"},
        {{.store = ""}, "certificate store"},
        {{.store = nul}, "certificate store"},
        {{.signature = ""}, "signature"},
        {{.signature = nul}, "signature"},
    };
    for (const auto& [parts, field] : cases) {
        const auto frame = encode(make(parts));
        ASSERT_FALSE(frame) << field;
        EXPECT_EQ(frame.error().code, ErrorCode::invalid_argument);
        EXPECT_THAT(frame.error().what, HasSubstr(field));
        EXPECT_NE(frame.error().hint, "") << field;
    }
}

TEST(Frame, IsRejectedWhenTruncatedAtAnyLength) {
    for (const Golden& golden : goldens()) {
        const Bytes bytes = from_hex(golden.frame);
        for (std::size_t size = 0; size < bytes.size(); ++size) {
            SCOPED_TRACE(testing::Message() << golden.name << ", cut to " << size);
            const Error error = error_of(ByteView(bytes).first(size));
            EXPECT_EQ(error.code, ErrorCode::invalid_argument);
            EXPECT_THAT(error.what, names_offset_and_field());
        }
    }
}

/// The frame cut to `size` whose total length agrees, so that the parameters' own checks are reached.
TEST(Frame, IsRejectedWhenTruncatedWithAMatchingTotalLength) {
    const Bytes whole = from_hex(all_parameters());
    for (std::size_t size = 6; size < whole.size(); ++size) {
        SCOPED_TRACE(size);
        Bytes bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
        bytes[0] = static_cast<std::byte>(size);
        const Error error = error_of(bytes);
        EXPECT_EQ(error.code, ErrorCode::invalid_argument);
        EXPECT_THAT(error.what, names_offset_and_field());
    }
}

TEST(Frame, IsRejectedIfAnyLengthFieldIsWrong) {
    const Bytes valid = from_hex(all_parameters());
    for (const std::size_t field : {0U, 6U, 18U, 63U, 69U, 74U, 80U, 100U}) {
        for (const std::size_t byte : {field, field + 1}) {
            for (unsigned value = 0; value < 256; ++value) {
                if (std::byte(value) == valid[byte])
                    continue;
                SCOPED_TRACE(testing::Message() << "byte " << byte << " is " << value);
                Bytes bytes = valid;
                bytes[byte] = std::byte(value);
                const Error error = error_of(bytes);
                EXPECT_EQ(error.code, ErrorCode::invalid_argument);
                EXPECT_THAT(error.what, names_offset_and_field());
            }
        }
    }
}

TEST(Frame, IsRejectedWithTheOffsetAndCauseOfTheError) {
    struct Case {
        std::string_view frame;
        std::string_view where;
        std::string_view what;
    };
    const std::vector<Case> cases{
        {"", "offset 0:", "total length"},
        {"0500 0300 00", "offset 0:", "total length is 5"},
        {"0c00 0200 0100 | 0600 0100 0300", "offset 2:", "command is 2"},
        {"0c00 0003 0100 | 0600 0100 0300", "offset 2:", "command is 768"},
        {"0600 0300 0000", "offset 6:", "the slot parameter is missing"},
        {"0c00 0300 0000 | 0600 0100 0300", "offset 6:", "6 bytes follow the last of 0 parameters"},
        {"0c00 0300 0200 | 0600 0100 0300", "offset 12:", "length of parameter 2"},
        {"0e00 0300 0200 | 0600 0100 0300 | 0600", "offset 14:", "id of parameter 2"},
        {"1200 0300 0100 | 0600 0100 0300 | 000000000000", "offset 12:", "6 bytes follow"},
        {"0c00 0300 0100 | 0600 0800 0300", "offset 8:", "unknown id 8"},
        {"0c00 0300 0100 | 0600 0000 0300", "offset 8:", "unknown id 0"},
        {"0c00 0300 0100 | 0100 0600 0300", "offset 6:", "is 1 byte, less than its header of 4 bytes"},
        {"0c00 0300 0100 | 0700 0100 0300", "offset 6:", "is 7, but only 6 are left"},
        {"0d00 0300 0100 | 0700 0100 030000", "offset 6:", "6 bytes long, not 7"},
        {"1200 0300 0200 | 0600 0100 0300 | 0600 0100 0300", "offset 12:", "the slot occurs twice"},
        {"1200 0300 0200 | 0600 0100 0300 | 0600 0300 4141",
         "offset 16:", "signature does not end with a NUL"},
        {"1000 0300 0200 | 0600 0100 0300 | 0400 0300", "offset 16:", "signature does not end with a NUL"},
        {"1400 0300 0200 | 0600 0100 0300 | 0800 0300 41004100",
         "offset 17:", "the signature contains a NUL"},
        {"1300 0300 0200 | 0600 0100 0300 | 0700 0700 410000", "offset 17:", "contains a NUL"},
    };
    for (const Case& wrong : cases) {
        SCOPED_TRACE(wrong.frame);
        const Error error = error_of(from_hex(wrong.frame));
        EXPECT_EQ(error.code, ErrorCode::invalid_argument);
        EXPECT_THAT(error.what, AllOf(StartsWith(std::string(wrong.where)), HasSubstr(wrong.what)));
        EXPECT_NE(error.hint, "");
    }
}

TEST(Frame, HasItsLengthAndSlotInLittleEndian) {
    EXPECT_EQ(announced_length(from_hex("0c01 0300")), 0x010c);
    EXPECT_EQ(announced_length(from_hex("0c")), 0);
    const Bytes bytes = from_hex("0c00 0300 0100 | 0600 0100 0302");
    const auto frame = decode(bytes);
    ASSERT_TRUE(frame);
    EXPECT_EQ(slot_of(frame->parameters.front()), 0x0203);
}

using FrameVendorFrames = VectorsTest;

TEST_F(FrameVendorFrames, AreEncodedByteForByte) {
    for (const Vector& vector : vectors_) {
        if (vector.digest)
            continue; // signature_test.cpp signs
        SCOPED_TRACE(vector.name);
        const auto frame = encode(vector.command);
        ASSERT_TRUE(frame) << frame.error().what;
        EXPECT_EQ(to_hex(frame->bytes()), to_hex(vector.frame));
    }
}

TEST_F(FrameVendorFrames, StayTheSameWhenDecodedAndEncodedAgain) {
    for (const Vector& vector : vectors_) {
        SCOPED_TRACE(vector.name);
        const auto frame = decode(vector.frame);
        ASSERT_TRUE(frame) << frame.error().what;
        SecureCommand command = command_of(*frame);
        EXPECT_EQ(command.signature.has_value(), vector.digest.has_value());
        const auto again = encode(command);
        ASSERT_TRUE(again) << again.error().what;
        EXPECT_EQ(to_hex(again->bytes()), to_hex(vector.frame));
        command.signature.reset();
        EXPECT_EQ(command, vector.command);
    }
}

TEST_F(FrameVendorFrames, AreRejectedWhenTruncatedAtAnyLength) {
    for (const Vector& vector : vectors_) {
        for (std::size_t size = 0; size < vector.frame.size(); ++size) {
            SCOPED_TRACE(testing::Message() << vector.name << ", cut to " << size);
            const Error error = error_of(ByteView(vector.frame).first(size));
            EXPECT_EQ(error.code, ErrorCode::invalid_argument);
            EXPECT_THAT(error.what, StartsWith("offset 0: the "));
        }
    }
}

} // namespace
} // namespace bgs2::sbnw
