// SPDX-License-Identifier: Apache-2.0
#include "daemon/sbnw/frame.h"

#include "daemon/base/counted.h"
#include "daemon/base/imei.h"
#include "daemon/base/immovable.h"
#include "daemon/sbnw/corruption.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace bgs2::sbnw {
namespace {

bool is_lower_hex(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/// The integer at `offset`, which is inside `bytes` with its second byte.
std::uint16_t integer_at(ByteView bytes, std::size_t offset) {
    const auto low = std::to_integer<unsigned>(bytes[offset]);
    const auto high = std::to_integer<unsigned>(bytes[offset + 1]);
    return static_cast<std::uint16_t>(low | high << 8U);
}

Expected<void> check_texts(const SecureCommand& command) {
    if (command.imei && !is_imei(*command.imei))
        return fail(ErrorCode::invalid_argument, fmt::format("'{}' is not an IMEI", *command.imei),
                    "use 15 digits");
    if (command.thumbprint &&
        (command.thumbprint->size() != 40 || !std::ranges::all_of(*command.thumbprint, is_lower_hex)))
        return fail(ErrorCode::invalid_argument, fmt::format("'{}' is not a thumbprint", *command.thumbprint),
                    "use the SHA-1 of the certificate as 40 lower-case hex digits");
    for (const auto& [text, id] : {std::pair(&command.store, ParameterId::store),
                                   std::pair(&command.signature, ParameterId::signature)}) {
        if (*text && ((*text)->empty() || (*text)->contains('\0')))
            return fail(ErrorCode::invalid_argument,
                        fmt::format("the {} is empty or contains a NUL", word(id)), "use text without a NUL");
    }
    return {};
}

/// The data of each parameter that `command` has, in the order of the wire. Immovable, since the items refer
/// to a member.
class ParameterList : Immovable {
  public:
    explicit ParameterList(const SecureCommand& command)
      : slot_{std::byte(command.slot & 0xffU), std::byte(command.slot >> 8U)} {
        for (const ParameterId id : wire_order)
            add(table_of<ParameterId>.at(id), command);
    }

    struct Item {
        ParameterRow row;
        ByteView data;

        [[nodiscard]] std::size_t size() const {
            return parameter_header_size + data.size() + (row.is_text ? 1 : 0);
        }
    };

    [[nodiscard]] const std::vector<Item>& items() const { return items_; }

  private:
    void add(const ParameterRow& r, const SecureCommand& command) {
        const auto add_text = [&](const std::optional<std::string>& text) {
            if (text)
                items_.push_back({r, as_bytes(*text)});
        };
        const auto add_bytes = [&](ByteView bytes) {
            if (!bytes.empty())
                items_.push_back({r, bytes});
        };
        switch (r.value) {
        case ParameterId::slot:
            add_bytes(slot_);
            break;
        case ParameterId::certificate:
            add_bytes(command.certificate);
            break;
        case ParameterId::private_key:
            add_bytes(command.private_key.bytes());
            break;
        case ParameterId::store:
            add_text(command.store);
            break;
        case ParameterId::thumbprint:
            add_text(command.thumbprint);
            break;
        case ParameterId::imei:
            add_text(command.imei);
            break;
        case ParameterId::signature:
            add_text(command.signature);
            break;
        }
    }

    std::array<std::byte, slot_number_size> slot_;
    std::vector<Item> items_;
};

/// Writes little-endian integers and bytes in sequence into a span that is large enough.
class Writer {
  public:
    explicit Writer(std::span<std::byte> out)
      : out_(out) {}
    void number(std::size_t value) {
        byte(std::byte(value & 0xffU));
        byte(std::byte(value >> 8U & 0xffU));
    }
    void byte(std::byte value) { out_[offset_++] = value; }
    void bytes(ByteView data) {
        std::ranges::copy(data, out_.subspan(offset_).begin());
        offset_ += data.size();
    }

  private:
    std::span<std::byte> out_;
    std::size_t offset_ = 0;
};

/// Reads a frame front to back; every error names the field and its offset.
class Reader {
  public:
    explicit Reader(ByteView bytes)
      : bytes_(bytes) {}

    [[nodiscard]] std::size_t offset() const { return offset_; }
    [[nodiscard]] std::size_t left() const { return bytes_.size() - offset_; }

    Expected<std::uint16_t> number(std::string_view field) {
        if (left() < 2)
            return fail(ErrorCode::invalid_argument,
                        fmt::format("offset {}: the frame ends within the {}", offset_, field),
                        "capture or copy the whole frame: a part is missing");
        return integer_at(take(2), 0);
    }

    ByteView take(std::size_t size) { return bytes_.subspan(std::exchange(offset_, offset_ + size), size); }

  private:
    ByteView bytes_;
    std::size_t offset_ = 0;
};

std::unexpected<Error> bad_field(std::size_t offset, std::string_view what, std::string hint) {
    return fail(ErrorCode::invalid_argument, fmt::format("offset {}: {}", offset, what), std::move(hint));
}

Expected<void> check_data(const ParameterRow& r, const Parameter& parameter) {
    const std::size_t at = parameter.offset + parameter_header_size;
    if (r.value == ParameterId::slot && parameter.data.size() != slot_number_size)
        return bad_field(parameter.offset,
                         fmt::format("a slot parameter is {} bytes long, not {}",
                                     parameter_header_size + slot_number_size,
                                     parameter_header_size + parameter.data.size()),
                         "use a uint16, low byte first");
    if (!r.is_text)
        return {};
    const auto nul = std::ranges::find(parameter.data, std::byte{0});
    if (nul == parameter.data.end())
        return bad_field(at, fmt::format("the {} does not end with a NUL", r.word),
                         "end the text with a NUL");
    if (std::next(nul) != parameter.data.end())
        return bad_field(at + static_cast<std::size_t>(nul - parameter.data.begin()),
                         fmt::format("the {} contains a NUL", r.word), "use one NUL only, at the end");
    return {};
}

Expected<Parameter> read_parameter(Reader& reader, unsigned number) {
    Parameter parameter{.offset = reader.offset(), .id = {}, .data = {}};
    const auto length = reader.number(fmt::format("length of parameter {}", number));
    if (!length)
        return std::unexpected(length.error());
    const auto id = reader.number(fmt::format("id of parameter {}", number));
    if (!id)
        return std::unexpected(id.error());

    parameter.id = ParameterId{*id};
    const ParameterRow* r = table_of<ParameterId>.find(parameter.id);
    if (r == nullptr)
        return bad_field(parameter.offset + 2, fmt::format("parameter {} has the unknown id {}", number, *id),
                         "use an id from 1 to 7, as uint16, low byte first");
    if (*length < parameter_header_size)
        return bad_field(
            parameter.offset,
            fmt::format("the length of the {} is {}, less than its header of {} bytes", r->word,
                        counted(*length, "byte"), parameter_header_size),
            fmt::format("include the {} bytes of the header in the length", parameter_header_size));
    if (*length - parameter_header_size > reader.left())
        return bad_field(parameter.offset,
                         fmt::format("the length of the {} is {}, but only {} are left", r->word, *length,
                                     reader.left() + parameter_header_size),
                         "capture or copy the whole frame, or correct the length");
    parameter.data = reader.take(*length - parameter_header_size);
    if (auto valid = check_data(*r, parameter); !valid)
        return std::unexpected(std::move(valid.error()));
    return parameter;
}

Expected<Frame> read_frame(ByteView bytes) {
    Reader reader(bytes);
    const auto total = reader.number("total length");
    if (!total)
        return std::unexpected(total.error());
    if (*total < frame_header_size)
        return bad_field(0,
                         fmt::format("the total length is {}, less than the header of {} bytes", *total,
                                     frame_header_size),
                         "set the length to the number of all bytes, including its own two");
    if (*total > bytes.size())
        return bad_field(
            0, fmt::format("the total length is {}, but the frame has {} bytes", *total, bytes.size()),
            "capture or copy the whole frame: a part is missing");
    if (*total < bytes.size())
        return bad_field(0,
                         fmt::format("the total length is {}, but the frame has {} bytes: {} too many",
                                     *total, bytes.size(), bytes.size() - *total),
                         "set the length to the number of all bytes, including its own two");

    const auto number = reader.number("command");
    if (!number)
        return std::unexpected(number.error());
    Frame frame{.bytes = bytes, .command = Command{*number}, .parameters = {}};
    if (table_of<Command>.find(frame.command) == nullptr)
        return bad_field(2, fmt::format("the command is {}", *number),
                         "use 1 (write) or 3 (delete), low byte first");

    const auto count = reader.number("number of parameters");
    if (!count)
        return std::unexpected(count.error());
    for (unsigned i = 1; i <= *count; ++i) {
        auto parameter = read_parameter(reader, i);
        if (!parameter)
            return std::unexpected(parameter.error());
        if (frame.find(parameter->id) != nullptr)
            return bad_field(parameter->offset, fmt::format("the {} occurs twice", word(parameter->id)),
                             "send each parameter once");
        frame.parameters.push_back(*parameter);
    }
    if (reader.left() > 0)
        return bad_field(reader.offset(),
                         fmt::format("{} the last of {}",
                                     counted(reader.left(), "byte follows", "bytes follow"),
                                     counted(*count, "parameter")),
                         "include all parameters in their number, also the signature");
    if (frame.find(ParameterId::slot) == nullptr)
        return bad_field(frame_header_size, "the slot parameter is missing", "add the slot parameter (id 1)");
    return frame;
}

} // namespace

Expected<pki::Secret> encode(const SecureCommand& command) {
    if (auto valid = check_texts(command); !valid)
        return std::unexpected(std::move(valid.error()));

    const ParameterList parameters(command);
    std::size_t total = frame_header_size;
    for (const auto& item : parameters.items())
        total += item.size();
    if (total > max_frame_size)
        return fail(ErrorCode::too_much_data,
                    fmt::format("the frame would have {} bytes; the maximum is {}", total, max_frame_size),
                    "send a smaller certificate, or the first of the chain only");

    pki::Secret frame(total);
    Writer out(frame.bytes());
    out.number(total);
    out.number(std::to_underlying(command.command));
    out.number(parameters.items().size());
    for (const auto& item : parameters.items()) {
        out.number(item.size());
        out.number(std::to_underlying(item.row.value));
        out.bytes(item.data);
        if (item.row.is_text)
            out.byte(std::byte{0});
    }
    return frame;
}

std::string_view Parameter::text() const {
    const std::string_view all = as_text(data);
    return all.substr(0, all.find('\0'));
}

const Parameter* Frame::find(ParameterId id) const {
    const auto found = std::ranges::find(parameters, id, &Parameter::id);
    return found == parameters.end() ? nullptr : &*found;
}

Expected<Frame> decode(ByteView bytes) {
    auto frame = read_frame(bytes);
    if (!frame) {
        if (auto corruption = detect_corruption(bytes))
            return std::unexpected(std::move(*corruption));
    }
    return frame;
}

std::uint16_t slot_of(const Parameter& slot) {
    return integer_at(slot.data, 0);
}

std::size_t announced_length(ByteView bytes) {
    return bytes.size() < 2 ? 0 : integer_at(bytes, 0);
}

SecureCommand command_of(const Frame& frame) {
    SecureCommand command;
    command.command = frame.command;
    for (const Parameter& parameter : frame.parameters) {
        switch (parameter.id) {
        case ParameterId::slot:
            command.slot = slot_of(parameter);
            break;
        case ParameterId::certificate:
            command.certificate.assign(parameter.data.begin(), parameter.data.end());
            break;
        case ParameterId::private_key:
            command.private_key = pki::Secret::copy_of(parameter.data);
            break;
        case ParameterId::signature:
            command.signature = parameter.text();
            break;
        case ParameterId::imei:
            command.imei = parameter.text();
            break;
        case ParameterId::thumbprint:
            command.thumbprint = parameter.text();
            break;
        case ParameterId::store:
            command.store = parameter.text();
            break;
        }
    }
    return command;
}

} // namespace bgs2::sbnw
