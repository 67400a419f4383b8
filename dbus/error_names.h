// SPDX-License-Identifier: Apache-2.0
// Errors on the bus.
#pragma once

#include "daemon/base/error.h"
#include "dbus/sdbus/sdbus.h"

#include <string>
#include <type_traits>
#include <utility>

namespace bgs2::dbus {

/// `io.bgs2d1.Error.KeyMismatch`; the bus's own name for a denied access.
std::string error_name(ErrorCode code);

/// The D-Bus error; its message is the error, a newline and the hint.
sdbus::Error to_bus(const Error& error);

/// Returns the value or throws the error as a D-Bus error; for method handlers.
template<class T>
T value_or_throw_bus(Expected<T> result) {
    if (!result)
        throw to_bus(result.error());
    if constexpr (!std::is_void_v<T>)
        return std::move(*result);
}

} // namespace bgs2::dbus
