// SPDX-License-Identifier: Apache-2.0
// Answers methods of the bus from coroutines.
#pragma once

#include "daemon/base/error.h"
#include "daemon/pki/secret.h"
#include "dbus/error_names.h"
#include "dbus/sdbus/sdbus.h"
#include "dbus/text.h"

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>

#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

namespace bgs2::dbus {

/// The executor and the notification that replies require.
struct ReplyContext {
    asio::any_io_executor executor; ///< the loop's
    std::function<void()> sent;     ///< called after a message was sent: see Pump::arm
    /// Called with the error of an attempt to send: see Pump::failed.
    std::function<void(const std::string& do_what, const sdbus::Error& error)> failed;
};

/// The current exception as a D-Bus error. Call it in a handler only.
inline sdbus::Error current_error() {
    try {
        throw;
    } catch (const sdbus::Error& e) {
        return e;
    } catch (const Exception& e) {
        return to_bus(e.error());
    } catch (const pki::SecureHeapFull& e) {
        return to_bus(e.error());
    } catch (const std::exception& e) {
        return to_bus(Error{ErrorCode::failed, e.what(), ""});
    }
}

/// Calls `send`, and replies with an error if that throws.
template<class... Values>
void answer(const ReplyContext& context, const sdbus::Result<Values...>& result,
            const std::function<void()>& send) {
    try {
        try {
            send();
        } catch (...) {
            result.returnError(current_error());
        }
        context.sent();
    } catch (const sdbus::Error& e) {
        context.failed("answer a call", e);
    }
}

/// Awaits `work` and replies with its value, if it has one.
template<class Value, class... Values>
asio::awaitable<void> answer_with(ReplyContext context, sdbus::Result<Values...> result,
                                  asio::awaitable<Value> work) {
    std::exception_ptr failure;
    std::conditional_t<std::is_void_v<Value>, std::monostate, std::optional<Value>> value;
    try {
        if constexpr (std::is_void_v<Value>)
            co_await std::move(work);
        else
            value = co_await std::move(work);
    } catch (...) {
        failure = std::current_exception();
    }
    answer(context, result, [&] {
        if (failure)
            std::rethrow_exception(failure);
        if constexpr (std::is_void_v<Value>)
            result.returnResults();
        else
            result.returnResults(on_bus(*value));
    });
}

/// Answers a method call from a coroutine: with its value, as on_bus() makes it, or with the Exception or
/// sdbus::Error that it throws. The coroutine starts after the handler has returned, so its arguments are
/// values and shared pointers.
template<class Value>
    requires(!std::is_void_v<Value>)
void serve(const ReplyContext& context, sdbus::Result<typename OnBus<Value>::Type>&& result,
           asio::awaitable<Value> work) {
    asio::co_spawn(context.executor, answer_with(context, std::move(result), std::move(work)),
                   asio::detached);
}

inline void serve(const ReplyContext& context, sdbus::Result<>&& result, asio::awaitable<void> work) {
    asio::co_spawn(context.executor, answer_with(context, std::move(result), std::move(work)),
                   asio::detached);
}

} // namespace bgs2::dbus
