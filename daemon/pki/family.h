// SPDX-License-Identifier: Apache-2.0
// Known or assumed limits of module families.
#pragma once

#include <array>
#include <string_view>

namespace bgs2::pki {

/// The assumed limits of a family: none were published, and siblings may accept more.
struct Family {
    std::string_view name; ///< the prefix of the answer to AT+CGMM: "BGS2"; empty for all other models
    int rsa_bits = 0;      ///< accepts RSA keys of up to this many bits only; 0: any key
    std::array<std::string_view, 4> hashes{}; ///< in OpenSSL's short names, empty at the end; none: any hash
    bool pem = true;                          ///< accepts PEM, also with a chain

    bool operator==(const Family&) const = default;
};

/// The family of a model such as "BGS2-W"; an unnamed one without limits if the model is unknown.
const Family& family_of(std::string_view model);

} // namespace bgs2::pki
