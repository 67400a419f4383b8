// SPDX-License-Identifier: Apache-2.0
// Which bgs2d is asked, and on whose behalf.
#pragma once

#include <string>

namespace bgs2::cli {

struct Access {
    std::string host;         ///< "USER@GATEWAY", asked over ssh; empty: this machine's
    bool ask_password = true; ///< a right that is missing may be had for a password

    bool operator==(const Access&) const = default;
};

} // namespace bgs2::cli
