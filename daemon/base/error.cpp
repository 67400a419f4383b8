// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/error.h"

namespace bgs2 {

std::string to_string(const Error& error) {
    return error.hint.empty() ? error.what : error.what + " (" + error.hint + ")";
}

std::string to_lines(const Error& error) {
    return error.hint.empty() ? error.what : error.what + "\n" + error.hint;
}

Error from_lines(ErrorCode code, std::string_view text) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos)
        return {code, std::string(text), {}};
    return {code, std::string(text.substr(0, end)), std::string(text.substr(end + 1))};
}

Exception::Exception(Error error)
  : std::runtime_error(to_string(error))
  , error_(std::move(error)) {}

} // namespace bgs2
