// SPDX-License-Identifier: Apache-2.0
// What a module says to a frame (protocol.md §2, "Result lines").
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace bgs2::sim {

enum class ResultCode : std::uint8_t {
    end_ok,                ///< done
    length_error,          ///< a command, a count or a length field is wrong
    too_many_data,         ///< bytes came behind the frame
    certificate_corrupted, ///< not a certificate this module can read
    key_removed,           ///< the private key did not suit
    service_timeout,       ///< fewer bytes came than were announced
    refused,               ///< SECURE CMD ERROR: anything else
};

/// The line as it goes over the wire, without its line ends: "SECURE CMD END OK".
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
    return "SECURE CMD ERROR";
}

/// Why a frame was not obeyed: the line for the wire, and a sentence for the log, which no module would give.
struct Refusal {
    ResultCode result = ResultCode::refused;
    std::string why;

    bool operator==(const Refusal&) const = default;
};

} // namespace bgs2::sim
