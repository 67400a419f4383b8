// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/data_mode.h"

#include "tests/sim/data_stream.h"
#include "tests/sim/ppp_end.h"

#include <fmt/format.h>

#include <utility>

namespace bgs2::sim {
namespace {

constexpr auto no_carrier = "NO CARRIER";

} // namespace

DataMode::DataMode(Wire& wire, Output& output, Log& log, std::optional<std::string> peer)
  : wire_(wire)
  , output_(output)
  , log_(log)
  , command_(std::move(peer)) {}

asio::awaitable<void> DataMode::dial(std::string command) {
    co_await end_call();
    if (!command_) {
        co_await output_.answer(command, {}, no_carrier);
        co_return;
    }
    peer_ = Peer::start(wire_.executor(), *command_, [this] { wire_.nudge(); });
    co_await connect(command);
}

asio::awaitable<void> DataMode::resume(std::string command) {
    if (peer_)
        co_await connect(command);
    else
        co_await output_.answer(command, {}, no_carrier);
}

asio::awaitable<void> DataMode::hang_up(std::string command) {
    co_await end_call();
    co_await output_.answer(command, {}, "OK");
}

asio::awaitable<void> DataMode::end_call() {
    if (const auto peer = std::exchange(peer_, nullptr))
        co_await Peer::hang_up(peer);
}

asio::awaitable<void> DataMode::connect(std::string command) {
    const auto hang_ups = wire_.hang_ups();
    co_await output_.answer(command, {}, "CONNECT");
    if (output_.silent())
        co_return;
    log_.write("data-mode", "begins by " + escaped(command));
    const auto result = co_await relay(hang_ups);
    if (result != "OK")
        co_await end_call();
    if (!result.empty())
        co_await output_.answer("", {}, result);
}

asio::awaitable<std::string> DataMode::relay(unsigned hang_ups) {
    DataStream stream(Clock::now());
    Bytes downlink; // bytes that the port has not taken yet
    std::size_t sent = 0;
    PppEnd ppp;
    bool link_ended = false;
    std::string result;
    for (;;) {
        Bytes uplink;
        while (const auto arrival = wire_.receive_now()) {
            uplink.push_back(arrival->byte);
            if (const auto command = stream.add(arrival->byte, arrival->when))
                log_.write("stray", escaped(*command));
        }
        peer_->send(uplink);
        if (!wire_.is_open() || wire_.hang_ups() != hang_ups)
            break;
        if (const auto due = stream.escape_due(); due && *due <= Clock::now()) {
            result = "OK";
            break;
        }
        if (downlink.empty() && !link_ended) {
            downlink = peer_->receive_now();
            if (const auto end = ppp.find(downlink)) {
                link_ended = true;
                downlink.resize(*end);
            }
        }
        if (downlink.empty() && (link_ended || peer_->ended())) {
            result = no_carrier;
            break;
        }
        const auto taken = co_await wire_.relay(downlink);
        sent += taken;
        downlink.erase(downlink.begin(), downlink.begin() + static_cast<std::ptrdiff_t>(taken));
        if (taken > 0)
            continue;
        if (!downlink.empty())
            wire_.nudge_when_writable();
        co_await wire_.wait(stream.escape_due());
    }
    log_.write("data-mode",
               fmt::format("ends: {}, {} bytes received, {} bytes sent, {} commands",
                           result.empty() ? "hang-up" : result, stream.bytes(), sent, stream.commands()));
    co_return result;
}

} // namespace bgs2::sim
