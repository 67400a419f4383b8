// SPDX-License-Identifier: Apache-2.0
// Describes the effect of a frame on a modem. Pure.
#pragma once

#include "daemon/sbnw/frame.h"

#include <string>
#include <string_view>

namespace bgs2::cli {

/// "writes slot 0 of is_cert: CN=gateway-7, expires 2027-11-23, with its private key (RSA 2048); signed; 1925
/// bytes". `store` applies if the frame names none. Never has bytes of a key.
std::string effect_of(const sbnw::Frame& frame, std::string_view store);

/// The same for the result: "slot 0 of is_cert written".
std::string done_by(const sbnw::Frame& frame, std::string_view store);

} // namespace bgs2::cli
