// SPDX-License-Identifier: Apache-2.0
// The fields of a frame with their meaning. Pure.
#pragma once

#include "daemon/base/error.h"
#include "daemon/pki/certificate.h"
#include "daemon/sbnw/frame.h"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace bgs2::cli {

struct Field {
    std::size_t offset = 0; ///< from the frame's start
    std::size_t size = 0;
    std::string name;                 ///< "total length", "id", "data"
    std::vector<std::string> meaning; ///< lines
    bool opens = false;               ///< the first field of a parameter
    bool hidden = false;              ///< its bytes must not be shown

    bool operator==(const Field&) const = default;
};

/// Facts about the private key in a frame that do not reveal it.
struct KeyFacts {
    std::string kind; ///< "RSA", "EC"; empty if it cannot be read
    int bits = 0;
    std::string form; ///< "PKCS#8", see data_format.h

    bool operator==(const KeyFacts&) const = default;
};

KeyFacts key_facts(ByteView key);

/// The certificates that the data of a certificate parameter holds, in order. Errors: InvalidCertificate.
Expected<std::vector<pki::Certificate>> certificates_of(ByteView data);

/// All fields in the order of the wire, without gaps. The private key is hidden unless `show_key`.
std::vector<Field> annotate(const sbnw::Frame& frame, bool show_key);

/// The same for programs: {"length", "command", "parameters": [{"offset", "length", "id", "name", ...}]}.
/// "data" has hex digits, "text" has text. The private key has "data" only if `show_key`.
nlohmann::ordered_json describe(const sbnw::Frame& frame, bool show_key);

} // namespace bgs2::cli
