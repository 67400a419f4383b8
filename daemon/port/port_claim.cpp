// SPDX-License-Identifier: Apache-2.0
#include "daemon/port/port_claim.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace bgs2 {
namespace {

constexpr const char* modem_manager = "ModemManager";

} // namespace

PortClaim::PortClaim(asio::any_io_executor executor, PortInfo port, Host& host, std::function<void()> changed)
  : executor_(std::move(executor))
  , port_(std::move(port))
  , host_(host)
  , changed_(std::move(changed)) {}

asio::awaitable<at::SerialPort> PortClaim::claim(Request request) {
    lending_failed_ = false;
    watch_ = std::make_unique<ReleaseWatch>(executor_, port_, host_.lock_directory(), changed_);
    std::vector<PortInfo> ports(1, port_);
    if (request.identified)
        std::ranges::copy(host_.other_ports_of_modem(port_), std::back_inserter(ports));
    Error error;
    for (const PortInfo& port : ports) {
        auto claimed = co_await claim_free(port, request.settings);
        if (claimed)
            co_return std::move(*claimed);
        if (error.what.empty())
            error = std::move(claimed.error());
    }
    if (error.code != ErrorCode::port_claimed)
        throw Exception(std::move(error));
    was_claimed_ = true;
    const at::LineSettings settings = request.settings;
    const std::string holder = holder_;
    co_await interrupt_holder(std::move(request), std::move(error));
    auto opened = co_await open(port_, settings);
    if (!opened && opened.error().code == ErrorCode::port_claimed)
        vain_ = holder;
    co_return value_or_throw(std::move(opened));
}

/// Has the program that has the port release it. Throws Exception: `claimed` if that is not permitted or
/// fails, Busy.
asio::awaitable<void> PortClaim::interrupt_holder(Request request, Error claimed) {
    const DeviceUse use = co_await host_.device_use(port_);
    if (use.unknown)
        throw Exception(std::move(claimed));
    if (use.has_port) {
        const std::string imei = host_.modem_of_sibling(port_);
        if (!request.identified && !imei.empty())
            throw Exception(Error{ErrorCode::busy, fmt::format("another port of the modem {}", imei), ""});
        if ((use.connected && !request.may_disconnect) || (!request.identified && co_await gives_way()))
            throw Exception(std::move(claimed));
        inhibition_ = co_await host_.inhibit(port_, true);
        co_return;
    }
    if (!request.may_interrupt || !helps(request.units) || holder_ == vain_ || host_.lending() == nullptr)
        throw Exception(std::move(claimed));
    if (const auto failure = co_await stop_units(std::move(request.units))) {
        lending_failed_ = true;
        claimed.hint = to_string(*failure);
        throw Exception(std::move(claimed));
    }
}

/// Whether another port of the module serves without disturbing ModemManager, or is to disturb it instead.
asio::awaitable<bool> PortClaim::gives_way() {
    for (const PortInfo& sibling : host_.siblings(port_)) {
        const DeviceUse use = co_await host_.device_use(sibling);
        if (!use.has_port || sibling.device < port_.device)
            co_return true;
    }
    co_return false;
}

/// Whether stopping the units can release the port: not if another service has it. A unit of another type,
/// such as a target, may stop that service.
bool PortClaim::helps(const std::vector<std::string>& units) const {
    return std::ranges::any_of(units, [this](const std::string& unit) {
        return holding_unit_.empty() || unit == holding_unit_ || !unit.ends_with(".service");
    });
}

/// Returns the error, since a handler cannot await.
asio::awaitable<std::optional<Error>> PortClaim::stop_units(std::vector<std::string> units) {
    std::optional<Error> failure;
    try {
        co_await host_.lending()->stop(port_.device, std::move(units));
    } catch (const Exception& e) {
        if (e.error().code == ErrorCode::cancelled)
            throw;
        failure = e.error();
    }
    co_return failure;
}

/// Opens the port if no other program has it. Errors: PortClaimed, Cancelled, and those of at::SerialPort.
asio::awaitable<Expected<at::SerialPort>> PortClaim::claim_free(PortInfo port, at::LineSettings settings) {
    if (const auto holder = find_holder(port, host_.lock_directory())) {
        watch_->follow(holder->pid);
        co_return std::unexpected(claimed_by(port, *holder));
    }
    const DeviceUse use = co_await host_.device_use(port);
    if (use.has_port || use.unknown) {
        auto claimed = claimed_by(port, {.name = modem_manager});
        holder_is_known_ = holder_is_known_ && !use.unknown; // nothing tells when it answers again
        co_return std::unexpected(std::move(claimed));
    }
    if (!use.managed) // it may begin to probe the port; a port that it has passed over stays free
        inhibition_ = co_await host_.inhibit(port, was_claimed_);
    if (stopped_)
        co_return std::unexpected(Error{ErrorCode::cancelled, "", ""});
    co_return co_await open(port, settings);
}

/// Opens the port with the UUCP lock. Errors: those of at::SerialPort.
asio::awaitable<Expected<at::SerialPort>> PortClaim::open(PortInfo port, at::LineSettings settings) {
    std::optional<at::SerialPort> opened;
    Error error;
    try {
        lock_ = std::make_unique<UucpLock>(port, host_.lock_directory());
        opened.emplace(co_await at::SerialPort::open(executor_, host_.background(), port.device, settings));
    } catch (const Exception& e) {
        error = e.error();
    }
    if (opened) {
        holder_.clear();
        vain_.clear();
        watch_.reset();
        co_return std::move(*opened);
    }
    lock_.reset();
    if (error.code != ErrorCode::port_claimed)
        co_return std::unexpected(std::move(error));
    watch_->ignore_own_closing();
    const auto holder = find_holder(port, host_.lock_directory());
    co_return std::unexpected(claimed_by(port, holder.value_or(PortHolder{})));
}

void PortClaim::release() {
    inhibition_.reset();
    lock_.reset();
    if (auto* lending = host_.lending())
        lending->give_back(port_.device);
}

Error PortClaim::claimed_by(const PortInfo& port, const PortHolder& holder) {
    if (port.device == port_.device) {
        holder_ = to_string(holder);
        holding_unit_ = holder.unit;
        holder_is_known_ = holder.pid != 0 || holder.name == modem_manager;
    }
    return {ErrorCode::port_claimed, fmt::format("waiting for the port: {}", to_string(holder)),
            "stop the program, or name its unit in borrow-from of [port]; see bgs2d-ports(7)"};
}

} // namespace bgs2
