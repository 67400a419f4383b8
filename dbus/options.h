// SPDX-License-Identifier: Apache-2.0
// Reads the options (a{sv}) of a method call; refuses unknown ones.
#pragma once

#include "daemon/base/slot_address.h"
#include "daemon/history/filter.h"
#include "daemon/pki/format.h"
#include "dbus/dictionary.h"
#include "dbus/sdbus/sdbus.h"

#include <cstdint>
#include <optional>

namespace bgs2::dbus {

/// The slot that the options `slot` (u) and `store` (s, default: the TLS store) name. Throws sdbus::Error
/// (InvalidArgument) for a wrong type, an unknown store, a store without a slot, or another option.
std::optional<SlotAddress> slot_option(const Dictionary& options);

/// Slot `number` of the store that the only option, `store`, names. Throws sdbus::Error (InvalidArgument),
/// also if no modem family has such a slot.
SlotAddress slot_address(std::uint32_t number, const Dictionary& options);

/// The store that the only option, `store`, names. Throws sdbus::Error (InvalidArgument).
Store store_option(const Dictionary& options);

/// The options of Modem.InstallCertificate.
struct InstallOptions {
    Store store = Store::tls;
    pki::CertificateFormat format = pki::CertificateFormat::der;
    std::optional<sdbus::UnixFd> private_key;
    std::optional<sdbus::UnixFd> passphrase;
};

/// Throws sdbus::Error (InvalidArgument).
InstallOptions install_options(const Dictionary& options);

/// The options `modem`, `since`, `failed`, `limit` of Manager.History. Throws sdbus::Error (InvalidArgument)
/// for a wrong type, a value out of range, or another option.
history::Filter history_filter(const Dictionary& options);

/// Throws sdbus::Error (InvalidArgument) if there is any option.
void no_options(const Dictionary& options);

} // namespace bgs2::dbus
