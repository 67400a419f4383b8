// SPDX-License-Identifier: Apache-2.0
// Keys, certificates and frames for tests, made at run time.
#pragma once

#include "tests/sim/bytes.h"
#include "tests/sim/openssl.h"

#include <string>

namespace bgs2::sim {

/// A self-signed certificate and its key.
struct TestIdentity {
    Key key;
    Bytes certificate; ///< DER
    Bytes private_key; ///< DER, PKCS#8
};

/// A P-256 identity: O=Test, CN=`name`, serial number 0x4BE109B8, valid until 2049-12-31 23:59:58.
TestIdentity test_identity(const std::string& name);

Bytes pem(const TestIdentity& identity);

/// A frame: total length, command, count, parameters.
Bytes frame(std::uint16_t command, const std::vector<Bytes>& parameters);
Bytes parameter(std::uint16_t id, ByteView content);
Bytes slot_parameter(std::uint16_t slot);
Bytes text_parameter(std::uint16_t id, const std::string& text); ///< appends a NUL

} // namespace bgs2::sim
