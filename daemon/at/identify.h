// SPDX-License-Identifier: Apache-2.0
// Identification of the module (protocol.md §5).
#pragma once

#include "daemon/at/channel.h"
#include "daemon/at/profile.h"

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

/// Limits of the synchronisation.
struct SyncTimeouts {
    unsigned attempts = 8; ///< number of `AT`s before giving up; half-way, RTS is pulsed once
    std::chrono::milliseconds interval{400}; ///< timeout of the answer to each

    bool operator==(const SyncTimeouts&) const = default;
};

/// Sends `AT` until the module answers, so that it detects the baud rate (autobauding), in turn with
/// ATQ0V1E0, since a module that has stored ATQ1 or ATV0 does not answer OK (families.md §7). Then turns the
/// echo off. Stores nothing in the module. Throws Exception: ModemTimeout if there is no answer, or the line
/// is used for other data; ModemRejected if the module refuses all commands. Returns the settings of echo and
/// results that were found, as far as they are known; an earlier call may have changed them.
asio::awaitable<FoundProfile> synchronise(Channel& channel, SyncTimeouts timeouts = {});

/// Queries manufacturer, model, revision and IMEI; if it is a module of the family, enables verbose errors
/// (`AT+CMEE=2`). Each query is repeated once after an error. If there is a `found`, queries the format of
/// errors before, and adds it. Throws Exception: NotSupported (another device,
/// which has received queries only, or no IMEI), ModemTimeout (no answer, or a garbled one), DeviceGone.
asio::awaitable<ModuleIdentity> identify(Channel& channel, FoundProfile* found = nullptr);

/// After a pause, the first command may be lost, since the module sleeps (families.md §7): sends `AT` until
/// it answers. Does nothing if the line was used a moment ago. Throws as synchronise() does.
asio::awaitable<void> ensure_awake(Channel& channel);

/// Wakes the module and queries the IMEI again: a module can be exchanged at the end of its cable while the
/// port stays open. Throws Exception: DeviceGone if it is another one, or the module reports none any more,
/// and the errors of Channel::command().
asio::awaitable<void> require_imei(Channel& channel, std::string imei);

/// Parses the lines of an answer to `ATI1`; missing values stay empty. Pure.
ModuleIdentity parse_identification(std::span<const std::string> lines);

} // namespace bgs2::at
