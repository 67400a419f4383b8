// SPDX-License-Identifier: Apache-2.0
// Errors as they cross the bus.
#pragma once

#include "daemon/base/error.h"

#include <sdbus-c++/Error.h>

#include <string>
#include <type_traits>
#include <utility>

namespace bgs2::dbus {

/// `io.bgs2d1.Error.KeyMismatch`; the bus's own name for a denied access.
std::string error_name(ErrorCode code);

/// The error as a D-Bus error whose message is what happened, a newline and what to do.
sdbus::Error to_bus(const Error& error);

/// The value, or the error thrown as a D-Bus error: what a method handler returns.
template<class T>
T value_or_throw_bus(Expected<T> result) {
    if (!result)
        throw to_bus(result.error());
    if constexpr (!std::is_void_v<T>)
        return std::move(*result);
}

} // namespace bgs2::dbus
