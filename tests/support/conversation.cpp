// SPDX-License-Identifier: Apache-2.0
#include "tests/support/conversation.h"

#include <asio/bind_cancellation_slot.hpp>
#include <asio/co_spawn.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>

#include <exception>

namespace bgs2::test {

Conversation::Conversation()
  : module_(context_.get_executor()) {
    open(settings);
}

void Conversation::open(const at::LineSettings& others) {
    channel_.reset();
    channel_ = std::make_unique<at::Channel>(at::SerialPort(context_.get_executor(), module_.node(), others),
                                             others);
}

void Conversation::run(const Script& script, const char* side, bool cancellable) {
    ++running_;
    const auto ended = [this, side](const std::exception_ptr& exception) {
        --running_;
        try {
            if (exception)
                std::rethrow_exception(exception);
        } catch (const std::exception& e) {
            ADD_FAILURE() << side << " ended with: " << e.what();
        }
    };
    const auto slot = cancellable ? cancellation_.slot() : asio::cancellation_slot();
    asio::co_spawn(context_, script(), asio::bind_cancellation_slot(slot, ended));
}

void Conversation::converse(const Script& module, const Script& caller) {
    context_.restart();
    run(module, "the module", false);
    run(caller, "the caller", true);
    context_.run_for(std::chrono::seconds(10));
    ASSERT_EQ(running_, 0) << "the conversation did not end within ten seconds";
}

void Conversation::converse(const Script& caller) {
    converse([]() -> asio::awaitable<void> { co_return; }, caller);
}

asio::awaitable<void> Conversation::until(std::function<bool()> condition) {
    asio::steady_timer timer(context_);
    while (!condition()) {
        timer.expires_after(std::chrono::milliseconds(1));
        co_await timer.async_wait(asio::use_awaitable);
    }
}

} // namespace bgs2::test
