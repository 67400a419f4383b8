// SPDX-License-Identifier: Apache-2.0
// The reason why a line does not answer AT. Pure.
#pragma once

#include "daemon/base/bytes.h"
#include "daemon/base/error.h"

#include <string>

namespace bgs2::at {

/// Whether the bytes contain a frame of PPP: a line in data mode (RFC 1662 §3.1, §4.2).
bool contains_ppp(ByteView bytes);

/// Whether the bytes contain a whole frame of the multiplexer, basic option (3GPP TS 27.010 §5.2.1).
bool contains_cmux(ByteView bytes);

/// The error of a port whose AT commands were not answered OK. `received`: the last bytes that came instead;
/// `refused`: each command was answered ERROR (families.md §1).
Error explain_silence(const std::string& node, ByteView received, bool refused);

} // namespace bgs2::at
