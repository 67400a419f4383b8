// SPDX-License-Identifier: Apache-2.0
// The secure command: one binary frame (protocol.md §1). Pure: bytes in, values out.
#pragma once

#include "daemon/base/bytes.h"
#include "daemon/base/error.h"
#include "daemon/base/frame_sizes.h"
#include "daemon/base/words.h"
#include "daemon/pki/secret.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bgs2::sbnw {

enum class Command : std::uint16_t {
    write_certificate = 1,
    delete_certificate = 3,
};

enum class ParameterId : std::uint16_t {
    slot = 1,
    certificate = 2,
    signature = 3,
    imei = 4,
    private_key = 5,
    thumbprint = 6,
    store = 7,
};

consteval auto words(Command) {
    return EnumTable{Word{Command::write_certificate, "write certificate"},
                     Word{Command::delete_certificate, "delete certificate"}};
}

struct ParameterRow {
    ParameterId value;
    std::string_view word;
    bool is_text; ///< the data ends with a NUL
};

consteval auto words(ParameterId) {
    return EnumTable{
        ParameterRow{ParameterId::slot, "slot", false},
        ParameterRow{ParameterId::certificate, "certificate", false},
        ParameterRow{ParameterId::signature, "signature", true},
        ParameterRow{ParameterId::imei, "IMEI", true},
        ParameterRow{ParameterId::private_key, "private key", false},
        ParameterRow{ParameterId::thumbprint, "thumbprint", true},
        ParameterRow{ParameterId::store, "certificate store", true},
    };
}

/// The order in which encode() writes the parameters (protocol.md §1).
inline constexpr std::array wire_order{ParameterId::store,       ParameterId::thumbprint,  ParameterId::slot,
                                       ParameterId::certificate, ParameterId::private_key, ParameterId::imei,
                                       ParameterId::signature};
static_assert(wire_order.size() == table_of<ParameterId>.size());

/// The content of a secure command. Optional parts are sent only if present, in the order of protocol.md §1.
struct SecureCommand {
    Command command = Command::write_certificate;
    std::uint16_t slot = 0;
    Bytes certificate;                     ///< sent unchanged; empty: not sent
    pki::Secret private_key;               ///< DER, not encrypted; empty: not sent
    std::optional<std::string> store;      ///< "is_cert", ...
    std::optional<std::string> thumbprint; ///< 40 lower-case hex digits
    std::optional<std::string> imei;       ///< 15 digits
    std::optional<std::string> signature;  ///< Base64, one line

    bool operator==(const SecureCommand&) const = default;
};

/// The frame of a command. Held as a Secret since it may carry a private key.
/// Errors: TooMuchData (over max_frame_size), InvalidArgument (an IMEI that is not 15 digits, a thumbprint
/// that is not 40 lower-case hex digits, a store or signature that is empty or contains a NUL).
Expected<pki::Secret> encode(const SecureCommand& command);

/// One parameter of a frame.
struct Parameter {
    std::size_t offset = 0; ///< of its length field, from the frame's start
    ParameterId id{};       ///< one of the table of protocol.md §1
    ByteView data;          ///< without length and id; a view into the frame

    /// `data` without its terminating NUL.
    [[nodiscard]] std::string_view text() const;
};

/// A decoded frame: views into the bytes it was decoded from.
struct Frame {
    ByteView bytes;
    Command command{};
    std::vector<Parameter> parameters; ///< in the order of the wire

    [[nodiscard]] const Parameter* find(ParameterId id) const;
};

/// Decodes a frame without trusting any length in it. The error (InvalidArgument) names the offset and the
/// field, or the corruption by a text tool (see corruption.h).
Expected<Frame> decode(ByteView bytes);

/// The number in the slot parameter of a decoded frame.
std::uint16_t slot_of(const Parameter& slot);

/// The length that the first two bytes announce; 0 if there are fewer. Also for bytes that are not a frame.
std::size_t announced_length(ByteView bytes);

/// The command of a decoded frame, by value.
SecureCommand command_of(const Frame& frame);

} // namespace bgs2::sbnw
