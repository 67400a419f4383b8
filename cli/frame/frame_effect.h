// SPDX-License-Identifier: Apache-2.0
// What a frame does to a modem, in words. Pure.
#pragma once

#include "daemon/sbnw/frame.h"

#include <string>
#include <string_view>

namespace bgs2::cli {

/// "writes slot 0 of is_cert: CN=gateway-7, expires 2027-11-23, with its private key (RSA 2048); signed; 1925
/// bytes". `store` is the one that is meant if the frame names none. No byte of a key is in it.
std::string effect_of(const sbnw::Frame& frame, std::string_view store);

/// The same once it is done: "slot 0 of is_cert written".
std::string done_by(const sbnw::Frame& frame, std::string_view store);

} // namespace bgs2::cli
