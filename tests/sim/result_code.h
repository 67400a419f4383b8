// SPDX-License-Identifier: Apache-2.0
// Results of a frame (protocol.md §2, "Result lines").
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace bgs2::sim {

enum class ResultCode : std::uint8_t {
    end_ok,                ///< done
    length_error,          ///< a command, a count or a length field is invalid
    too_many_data,         ///< bytes followed the frame
    certificate_corrupted, ///< not a certificate that this module supports
    key_removed,           ///< the private key does not match, or is not allowed in the slot
    service_timeout,       ///< fewer bytes arrived than announced
    refused,               ///< SECURE CMD ERROR: anything else
};

/// The line as sent, without line ends: "SECURE CMD END OK".
constexpr std::string_view line(ResultCode result) {
    switch (result) {
    case ResultCode::end_ok:
        return "SECURE CMD END OK";
    case ResultCode::length_error:
        return "SECURE CMD LENGTH ERROR";
    case ResultCode::too_many_data:
        return "SECURE CMD TO MANY DATA ERROR";
    case ResultCode::certificate_corrupted:
        return "SECURE CMD PUBLIC CERTIFICATE IS CORRUPTED";
    case ResultCode::key_removed:
        return "SECURE CMD PRIVATE KEY WAS REMOVED";
    case ResultCode::service_timeout:
        return "SECURE CMD SERVICE TIMEOUT ERROR";
    case ResultCode::refused:
        return "SECURE CMD ERROR";
    }
    std::unreachable(); // -Wswitch reports a missing case
}

/// A refused frame: the result to send, and the reason for the log. A real module reports no reason.
struct Refusal {
    ResultCode result = ResultCode::refused;
    std::string reason;

    bool operator==(const Refusal&) const = default;
};

} // namespace bgs2::sim
