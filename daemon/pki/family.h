// SPDX-License-Identifier: Apache-2.0
// What families of modules take, as far as that is known or assumed.
#pragma once

#include <array>
#include <string_view>

namespace bgs2::pki {

/// What a family is assumed to refuse: no list of it was ever published, and a sibling may well do with more.
struct Family {
    std::string_view name; ///< with which the answer to AT+CGMM begins: "BGS2"; empty for all the others
    int rsa_bits = 0;      ///< only RSA keys of up to so many bits; 0: any key
    std::array<std::string_view, 4> hashes{}; ///< in OpenSSL's short names, empty at the end; none: any hash
    bool pem = true;                          ///< takes PEM, and a chain in it

    bool operator==(const Family&) const = default;
};

/// The family of a model such as "BGS2-W"; one without limits and name if it is not known.
const Family& family_of(std::string_view model);

} // namespace bgs2::pki
