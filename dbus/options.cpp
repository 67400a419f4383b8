// SPDX-License-Identifier: Apache-2.0
#include "dbus/options.h"

#include "daemon/base/error.h"
#include "daemon/base/imei.h"
#include "dbus/error_names.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>

namespace bgs2::dbus {
namespace {

[[noreturn]] void throw_unknown(const Text& name, std::string_view known) {
    throw to_bus(Error{ErrorCode::invalid_argument, fmt::format("unknown option '{}'", name.str()),
                       std::string(known)});
}

[[noreturn]] void throw_wrong(const Text& name, std::string_view what) {
    throw to_bus(Error{ErrorCode::invalid_argument, fmt::format("option '{}' {}", name.str(), what), ""});
}

/// Returns the value if it is of the D-Bus type `signature`, or throws.
template<class T>
T value_of(const Text& name, const Value& value, std::string_view signature) {
    if (!value.contains<T>())
        throw_wrong(name, fmt::format("is not of type {}", signature));
    return value.get<T>();
}

Store store_of(const std::string& word) {
    const auto store = from_word<Store>(word);
    if (!store)
        throw to_bus(Error{ErrorCode::invalid_argument, fmt::format("unknown store '{}'", word),
                           fmt::format("valid stores: {}", fmt::join(words_of<Store>, ", "))});
    return *store;
}

} // namespace

std::optional<SlotAddress> slot_option(const Dictionary& options) {
    std::optional<std::uint32_t> slot;
    Store store = Store::tls;
    for (const auto& [name, value] : options) {
        if (name == "slot")
            slot = value_of<std::uint32_t>(name, value, "u");
        else if (name == "store")
            store = store_of(value_of<std::string>(name, value, "s"));
        else
            throw_unknown(name, "valid options: 'slot', 'store'");
    }
    if (!slot && !options.empty())
        throw to_bus(Error{ErrorCode::invalid_argument, "option 'store' does nothing without 'slot'", ""});
    if (!slot)
        return std::nullopt;
    return SlotAddress{.store = store, .slot = *slot};
}

SlotAddress slot_address(std::uint32_t number, const Dictionary& options) {
    if (number > highest_slot)
        throw to_bus(Error{ErrorCode::invalid_argument, fmt::format("there is no slot {}", number),
                           fmt::format("slots go from 0 to {}", highest_slot)});
    return {.store = store_option(options), .slot = number};
}

Store store_option(const Dictionary& options) {
    Store store = Store::tls;
    for (const auto& [name, value] : options) {
        if (name != "store")
            throw_unknown(name, "valid option: 'store'");
        store = store_of(value_of<std::string>(name, value, "s"));
    }
    return store;
}

InstallOptions install_options(const Dictionary& options) {
    InstallOptions result;
    for (const auto& [name, value] : options) {
        if (name == "private-key") {
            result.private_key = value_of<sdbus::UnixFd>(name, value, "h");
        } else if (name == "passphrase") {
            result.passphrase = value_of<sdbus::UnixFd>(name, value, "h");
        } else if (name == "store") {
            result.store = store_of(value_of<std::string>(name, value, "s"));
        } else if (name == "format") {
            const auto format = from_word<pki::CertificateFormat>(value_of<std::string>(name, value, "s"));
            if (!format)
                throw_wrong(
                    name, fmt::format("is not one of {}", fmt::join(words_of<pki::CertificateFormat>, ", ")));
            result.format = *format;
        } else {
            throw_unknown(name, "valid options: 'private-key', 'passphrase', 'store', 'format'");
        }
    }
    return result;
}

history::Filter history_filter(const Dictionary& options) {
    // A longer reply exceeds the message size that a bus allows.
    constexpr std::uint32_t most = 10'000;
    // Can be converted to milliseconds without an overflow.
    constexpr std::uint64_t last_second = 1ULL << 50U;
    history::Filter filter;
    for (const auto& [name, value] : options) {
        if (name == "modem") {
            filter.imei = value_of<std::string>(name, value, "s");
            if (!is_imei_suffix(*filter.imei))
                throw_wrong(name, "is not an IMEI or a suffix of one");
        } else if (name == "since") {
            const auto seconds = std::min(value_of<std::uint64_t>(name, value, "t"), last_second);
            filter.since = history::Time(std::chrono::seconds(static_cast<std::int64_t>(seconds)));
        } else if (name == "failed") {
            filter.failed_only = value_of<bool>(name, value, "b");
        } else if (name == "limit") {
            filter.limit = value_of<std::uint32_t>(name, value, "u");
            if (filter.limit == 0 || filter.limit > most)
                throw_wrong(name, fmt::format("is not from 1 to {}", most));
        } else {
            throw_unknown(name, "valid options: 'modem', 'since', 'failed', 'limit'");
        }
    }
    return filter;
}

void no_options(const Dictionary& options) {
    if (!options.empty())
        throw_unknown(options.begin()->first, "this method takes no options");
}

} // namespace bgs2::dbus
