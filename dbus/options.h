// SPDX-License-Identifier: Apache-2.0
// The a{sv} of a method call, read strictly.
#pragma once

#include "daemon/base/slot_address.h"
#include "daemon/history/filter.h"
#include "daemon/pki/format.h"

#include <sdbus-c++/Types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace bgs2::dbus {

using Options = std::map<std::string, sdbus::Variant>;

/// The slot that the options `slot` (u) and `store` (s, that of TLS if left out) name. Throws sdbus::Error
/// (InvalidArgument) if they are of another type, if there is no such store, a store without a slot, or
/// another option.
std::optional<SlotAddress> slot_option(const Options& options);

/// Slot `number` of the store that the only option, `store`, names. Throws sdbus::Error (InvalidArgument),
/// also if no family has such a slot.
SlotAddress slot_address(std::uint32_t number, const Options& options);

/// The store that the only option, `store`, names. Throws sdbus::Error (InvalidArgument).
Store store_option(const Options& options);

/// The options of Modem.InstallCertificate.
struct InstallOptions {
    Store store = Store::tls;
    pki::CertificateFormat format = pki::CertificateFormat::der;
    std::optional<sdbus::UnixFd> private_key;
    std::optional<sdbus::UnixFd> passphrase;
};

/// Throws sdbus::Error (InvalidArgument).
InstallOptions install_options(const Options& options);

/// The options `modem`, `since`, `failed`, `limit` of Manager.History. Throws sdbus::Error (InvalidArgument)
/// if one is of another type or out of range, or if there is another option.
history::Filter history_filter(const Options& options);

/// Throws sdbus::Error (InvalidArgument) if there is an option.
void no_options(const Options& options);

} // namespace bgs2::dbus
