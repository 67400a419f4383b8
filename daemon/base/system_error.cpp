// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/system_error.h"

#include <fmt/format.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace bgs2 {

ErrorCode error_code_of(int number) {
    switch (number) {
    case ENOENT:
    case ENOTDIR:
        return ErrorCode::not_found;
    case EACCES:
    case EPERM:
    case EROFS:
        return ErrorCode::access_denied;
    case ENXIO:
    case ENODEV:
        return ErrorCode::device_gone;
    default:
        return ErrorCode::failed;
    }
}

ErrorCode tty_error_code_of(int number) {
    switch (number) {
    case EBUSY:
    case EWOULDBLOCK:
        return ErrorCode::port_claimed;
    case ENOTTY:
        return ErrorCode::invalid_argument;
    case EIO:
        return ErrorCode::device_gone;
    default:
        return error_code_of(number);
    }
}

Error system_error(int number, std::string_view attempt, std::string hint) {
    return {error_code_of(number),
            fmt::format("cannot {}: {}", attempt, std::generic_category().message(number)), std::move(hint)};
}

} // namespace bgs2
