// SPDX-License-Identifier: Apache-2.0
// Who is at the other end (protocol.md §5).
#pragma once

#include "daemon/at/channel.h"

#include <asio/awaitable.hpp>

#include <chrono>
#include <span>
#include <string>

namespace bgs2::at {

struct ModuleIdentity {
    std::string manufacturer;
    std::string model;    ///< "BGS2-W"
    std::string revision; ///< "01.301"
    std::string imei;     ///< 15 digits

    bool operator==(const ModuleIdentity&) const = default;
};

/// How patiently the module's attention is sought.
struct SyncTimeouts {
    unsigned attempts = 8;                   ///< `AT`s before giving up; half-way, RTS is pulsed once
    std::chrono::milliseconds interval{400}; ///< for the answer to each

    bool operator==(const SyncTimeouts&) const = default;
};

/// Sends `AT` until it is answered, so that the module finds the baud rate (autobauding), then turns the echo
/// off. Throws Exception: ModemTimeout if nothing answers.
asio::awaitable<void> synchronise(Channel& channel, SyncTimeouts timeouts = {});

/// Asks for manufacturer, model, revision and IMEI, and for errors in words (`AT+CMEE=2`) if it is a module
/// of the family. Throws Exception: NotSupported if something else answers; it was sent nothing but questions
/// then.
asio::awaitable<ModuleIdentity> identify(Channel& channel);

/// What the lines of an answer to `ATI1` say; what they do not say stays empty. Pure.
ModuleIdentity parse_identification(std::span<const std::string> lines);

} // namespace bgs2::at
