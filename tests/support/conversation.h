// SPDX-License-Identifier: Apache-2.0
// A fixture with a channel to a scripted module.
#pragma once

#include "daemon/at/channel.h"
#include "daemon/base/error.h"
#include "tests/support/scripted_module.h"

#include <asio/awaitable.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/io_context.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <utility>

namespace bgs2::test {

class Conversation : public testing::Test {
  protected:
    using Script = std::function<asio::awaitable<void>()>;

    Conversation();

    /// Runs both sides until both have ended. The test fails if one throws, or after ten seconds.
    void converse(const Script& module, const Script& caller);

    /// The same with a module that sends nothing.
    void converse(const Script& caller);

    /// Waits for a condition, until the deadline of converse().
    asio::awaitable<void> until(std::function<bool()> condition);

    /// Cancels the caller's coroutine.
    void cancel_caller() { cancellation_.emit(asio::cancellation_type::terminal); }

    /// The error of `conversation`; without one, an Error with an empty `what`.
    template<class T>
    static asio::awaitable<Error> error_of(asio::awaitable<T> conversation) {
        try {
            co_await std::move(conversation);
        } catch (const Exception& e) {
            co_return e.error();
        }
        co_return Error{};
    }

    /// Replaces the channel with one that has other settings.
    void open(const at::LineSettings& others);

    asio::io_context& context() { return context_; }
    ScriptedModule& module() { return module_; }
    at::Channel& channel() { return *channel_; }

    /// Without a pause between answers and commands, which would slow tests down.
    static constexpr at::LineSettings settings{.settle = std::chrono::milliseconds(0)};

  private:
    void run(const Script& script, const char* side, bool cancellable);

    asio::io_context context_;
    ScriptedModule module_;
    std::unique_ptr<at::Channel> channel_;
    asio::cancellation_signal cancellation_;
    int running_ = 0;
};

} // namespace bgs2::test
