// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/secure_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace bgs2::sim {
namespace {

// Does not leave this file. Each read can fail, and checking each result would hide the format.
struct Stop {
    Refusal refusal;
};

[[noreturn]] void wrong_length(std::string reason) {
    throw Stop{{ResultCode::length_error, std::move(reason)}};
}

[[noreturn]] void refuse(std::string reason) {
    throw Stop{{ResultCode::refused, std::move(reason)}};
}

class Reader {
  public:
    explicit Reader(ByteView frame)
      : frame_(frame) {}

    [[nodiscard]] std::size_t offset() const { return offset_; }
    [[nodiscard]] std::size_t left() const { return frame_.size() - offset_; }

    std::uint16_t number(std::string_view what) {
        const auto two = take(2, what);
        return static_cast<std::uint16_t>(two[0] | two[1] << 8);
    }

    ByteView take(std::size_t count, std::string_view what) {
        if (count > left())
            wrong_length(
                fmt::format("{} at offset {} requires {} bytes, {} are left", what, offset_, count, left()));
        const auto part = frame_.subspan(offset_, count);
        offset_ += count;
        return part;
    }

  private:
    ByteView frame_;
    std::size_t offset_ = 0;
};

std::string terminated(ByteView text, std::string_view what) {
    if (text.empty() || std::ranges::find(text, 0) != text.end() - 1)
        wrong_length(fmt::format("{} must end with its only NUL", what));
    return std::string(text_of(text.first(text.size() - 1)));
}

std::string imei_text(ByteView text) {
    auto digits = terminated(text, "IMEI");
    if (digits.size() != 15)
        wrong_length(fmt::format("IMEI has {} characters, not 15", digits.size()));
    return digits;
}

std::string thumbprint_text(ByteView text) {
    auto digits = terminated(text, "thumbprint");
    if (digits.size() != 40)
        wrong_length(fmt::format("thumbprint has {} characters, not 40", digits.size()));
    return digits;
}

template<class T>
void once(std::optional<T>& field, T value, std::string_view what) {
    if (field)
        refuse(fmt::format("{} occurs twice", what));
    field = std::move(value);
}

SecureCommand::Verb verb(std::uint16_t number) {
    switch (number) {
    case 1:
        return SecureCommand::Verb::write;
    case 3:
        return SecureCommand::Verb::erase;
    default:
        wrong_length(fmt::format("unknown command {}", number));
    }
}

SecureCommand read(ByteView frame) {
    Reader reader(frame);
    const auto total = reader.number("total length");
    if (total != frame.size())
        wrong_length(fmt::format("total length is {}, received {} bytes", total, frame.size()));

    SecureCommand command;
    command.verb = verb(reader.number("command"));
    const auto count = reader.number("number of parameters");
    std::optional<std::uint16_t> slot;
    for (unsigned nth = 0; nth < count; ++nth) {
        const auto start = reader.offset();
        if (command.signature)
            refuse(fmt::format("parameter at offset {} after the signature", start));
        const auto size = reader.number("parameter length");
        const auto id = reader.number("parameter id");
        if (size < 4)
            wrong_length(
                fmt::format("parameter at offset {} has length {}, less than its header of 4", start, size));
        const auto content = reader.take(size - 4U, "parameter");
        command.parameter_ids.push_back(id);
        switch (id) {
        case 1:
            if (size != 6)
                wrong_length(fmt::format("slot at offset {} has length {}, not 6", start, size));
            once(slot, Reader(content).number("slot"), "slot");
            break;
        case 2:
            once(command.certificate, Bytes(content.begin(), content.end()), "certificate");
            break;
        case 3:
            once(command.signature, terminated(content, "signature"), "signature");
            command.signed_bytes.assign(frame.begin() + 2,
                                        frame.begin() + static_cast<std::ptrdiff_t>(start));
            break;
        case 4:
            once(command.imei, imei_text(content), "IMEI");
            break;
        case 5:
            once(command.private_key, Bytes(content.begin(), content.end()), "private key");
            break;
        case 6:
            once(command.thumbprint, thumbprint_text(content), "thumbprint");
            break;
        case 7:
            once(command.store, terminated(content, "store"), "store");
            break;
        default:
            refuse(fmt::format("unknown parameter {} at offset {}", id, start));
        }
    }
    if (reader.left() != 0)
        wrong_length(fmt::format("{} bytes after the last of {} parameters", reader.left(), count));
    if (!slot)
        refuse("the slot is missing");
    command.slot = *slot;
    return command;
}

} // namespace

std::expected<SecureCommand, Refusal> read_secure_command(ByteView frame) {
    try {
        return read(frame);
    } catch (Stop& stop) {
        return std::unexpected(std::move(stop.refusal));
    }
}

} // namespace bgs2::sim
